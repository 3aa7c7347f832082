package io.chunkserver.core.disk;

import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads one JSON object (RFC 8259) whose values are strings, numbers or literals, and nothing nested.
 *
 * <p>Core carries no JSON library for the one small file that needs it. Strings come back as {@link Text}, all else
 * as {@link Bare}, since what a number means is for the reader of the file to say.
 */
final class FlatJson {

    /** A value of the object. */
    sealed interface Value {}

    /** A string, without its quotes and escapes. */
    record Text(String value) implements Value {}

    /** A number, or one of {@code true}, {@code false} and {@code null}, as it is written. */
    record Bare(String token) implements Value {}

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /**
     * Reads the object.
     *
     * @throws ParseException when the text is anything else, names a key twice, or goes on after the object
     */
    static Map<String, Value> parse(String text) throws ParseException {
        return new FlatJson(text).object();
    }

    /** Writes a string with its quotes. */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int index = 0; index < value.length(); index++) {
            char c = value.charAt(index);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private Map<String, Value> object() throws ParseException {
        Map<String, Value> values = new LinkedHashMap<>();
        expect('{');
        if (!takes('}')) {
            do {
                skipBlanks();
                String key = string();
                expect(':');
                skipBlanks();
                if (values.put(key, value()) != null) {
                    throw wrong("the key \"" + key + "\" is there twice");
                }
            } while (takes(','));
            expect('}');
        }
        skipBlanks();
        if (at < text.length()) {
            throw wrong("the object has ended, but the text goes on");
        }
        return values;
    }

    private Value value() throws ParseException {
        if (at < text.length() && text.charAt(at) == '"') {
            return new Text(string());
        }
        int start = at;
        while (at < text.length() && isBare(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw wrong("a string, a number, true, false or null is expected");
        }
        return new Bare(text.substring(start, at));
    }

    private static boolean isBare(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-+.E".indexOf(c) >= 0;
    }

    private String string() throws ParseException {
        StringBuilder value = new StringBuilder();
        expect('"');
        while (true) {
            char c = next();
            if (c == '"') {
                return value.toString();
            } else if (c == '\\') {
                value.append(escaped());
            } else if (c < ' ') {
                throw wrong("a string holds a control character");
            } else {
                value.append(c);
            }
        }
    }

    private char escaped() throws ParseException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (hexDigit() << 12 | hexDigit() << 8 | hexDigit() << 4 | hexDigit());
            default -> throw wrong("a string has the unknown escape \\" + c);
        };
    }

    private int hexDigit() throws ParseException {
        int digit = Character.digit(next(), 16);
        if (digit < 0) {
            throw wrong("\\u needs four hexadecimal digits");
        }
        return digit;
    }

    private void expect(char expected) throws ParseException {
        if (!takes(expected)) {
            throw wrong("'" + expected + "' is expected");
        }
    }

    private boolean takes(char wanted) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() throws ParseException {
        if (at == text.length()) {
            throw wrong("the text ends inside a string");
        }
        return text.charAt(at++);
    }

    private ParseException wrong(String message) {
        return new ParseException(message + ", at character " + at, at);
    }
}
