package io.chunkserver.core.disk;

import java.io.IOException;

/**
 * The device did not do what it was asked (EIO), as where a sector cannot be read. It may do so the next time; once it is no proof of
 * anything.
 */
public final class DeviceErrorException extends IOException {

    private static final long serialVersionUID = 1L;

    public DeviceErrorException(String message, Throwable cause) {
        super(message, cause);
    }

    public DeviceErrorException(String message) {
        super(message);
    }
}
