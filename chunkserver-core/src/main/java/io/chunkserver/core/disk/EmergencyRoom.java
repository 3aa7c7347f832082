package io.chunkserver.core.disk;

import java.io.IOException;

/** Room that is set aside for what must succeed on a full disk. */
@FunctionalInterface
public interface EmergencyRoom {

    /** Nothing is set aside. */
    EmergencyRoom NONE = () -> false;

    /**
     * Gives some of it to the file system.
     *
     * @return false when there is none left
     */
    boolean make() throws IOException;
}
