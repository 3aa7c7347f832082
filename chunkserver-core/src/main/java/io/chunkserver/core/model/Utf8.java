package io.chunkserver.core.model;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The one encoding of names: what cannot be encoded is refused, not replaced, or it would come back as something else. */
final class Utf8 {

    private Utf8() {}

    /**
     * Bytes that the text takes.
     *
     * @throws IllegalArgumentException when half of a surrogate pair is missing
     */
    static int length(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters is not valid Unicode", e);
        }
    }
}
