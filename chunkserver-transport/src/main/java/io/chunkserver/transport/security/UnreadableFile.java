package io.chunkserver.transport.security;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What keeps a file of certificates, keys or the secret from being read, in words: Java's own say the file's name alone. */
public final class UnreadableFile {

    private UnreadableFile() {}

    /** The end of a sentence that begins with the file's name. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "does not exist";
        }
        return "cannot be read: "
                + (e instanceof AccessDeniedException ? "permission is denied" : String.valueOf(e.getMessage()));
    }
}
