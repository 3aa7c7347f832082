package io.chunkserver.transport.netty;

import java.net.ConnectException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why something about a socket failed, in the system's words: without the names of its calls and numbers of its errors, which netty puts before them. */
final class SocketWords {

    private static final Pattern CALL = Pattern.compile("\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

    private SocketWords() {}

    static String of(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null) {
            return thrown.getClass().getSimpleName();
        }
        Matcher call = CALL.matcher(message);
        String words = call.lookingAt() ? message.substring(call.end()) : message;
        int end = words.lastIndexOf(": ");
        // Netty appends the address, in a form of its own.
        return asWithin(thrown instanceof ConnectException && end > 0 ? words.substring(0, end) : words);
    }

    /** As it is written within a sentence: a first word that is no name begins small. */
    private static String asWithin(String words) {
        return words.length() > 1 && Character.isLowerCase(words.charAt(1))
                ? Character.toLowerCase(words.charAt(0)) + words.substring(1)
                : words;
    }
}
