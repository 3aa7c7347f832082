package io.chunkserver.core.commit.log;

/** Bytes that are not what their format says. Whoever knows the file and the offset makes it a {@code CORRUPT}. */
final class MalformedLogException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedLogException(String message) {
        super(message);
    }

    MalformedLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
