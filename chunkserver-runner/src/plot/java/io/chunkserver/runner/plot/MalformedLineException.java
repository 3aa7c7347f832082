package io.chunkserver.runner.plot;

/** The input is not what {@code bench -o json} prints; the message says where and why. */
final class MalformedLineException extends Exception {

    private static final long serialVersionUID = 1;

    MalformedLineException(String message) {
        super(message);
    }
}
