package io.chunkserver.core.model;

/** The one encoding of names: what cannot be encoded is refused, not replaced, or it would come back as something else. */
final class Utf8 {

    private static final char FIRST_OF_TWO_BYTES = 0x80;
    private static final char FIRST_OF_THREE_BYTES = 0x800;

    private Utf8() {}

    /**
     * Bytes that the text takes.
     *
     * @throws IllegalArgumentException when half of a surrogate pair is missing
     */
    static int length(String text) {
        int bytes = text.length();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (Character.isSurrogate(c)) {
                // The two halves take four bytes together.
                if (!Character.isHighSurrogate(c)
                        || at + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(at + 1))) {
                    throw new IllegalArgumentException(
                            "a text of " + text.length() + " characters is not valid Unicode");
                }
                bytes += 2;
                at++;
            } else if (c >= FIRST_OF_THREE_BYTES) {
                bytes += 2;
            } else if (c >= FIRST_OF_TWO_BYTES) {
                bytes++;
            }
        }
        return bytes;
    }
}
