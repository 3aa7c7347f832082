package io.chunkserver.transport.protocol;

/** Bounds on the texts in messages, so that every message fits into a header. */
final class Limits {

    /** The longest name of a software, a version or a state, in characters. */
    static final int MAX_WORD_CHARACTERS = 255;

    /** The longest sentence for a person, in characters: longer ones are cut when they are sent. */
    static final int MAX_SENTENCE_CHARACTERS = 4096;

    /** How much of a peer's word an error message repeats, in characters. */
    private static final int QUOTED_CHARACTERS = 80;

    private Limits() {}

    static void checkWord(String field, String text) {
        if (text.length() > MAX_WORD_CHARACTERS) {
            throw new IllegalArgumentException("field \"" + field + "\" has " + text.length() + " characters; at most "
                    + MAX_WORD_CHARACTERS + " are allowed");
        }
    }

    /** A peer's word in quotation marks, fit for a line of a log. */
    static String quote(String word) {
        StringBuilder quoted = new StringBuilder("\"");
        word.chars()
                .limit(QUOTED_CHARACTERS)
                .forEach(c -> quoted.append(Character.isISOControl(c) ? '\uFFFD' : (char) c));
        return quoted.append(word.length() > QUOTED_CHARACTERS ? "...\"" : "\"").toString();
    }

    static String cut(String sentence) {
        return sentence.length() <= MAX_SENTENCE_CHARACTERS ? sentence : sentence.substring(0, MAX_SENTENCE_CHARACTERS);
    }
}
