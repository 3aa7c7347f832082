package io.chunkserver.core.disk;

import java.io.IOException;

/** The file system has no room for the bytes or the name; what was there is untouched. */
public final class DiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }

    public DiskFullException(String message) {
        super(message);
    }
}
