package io.chunkserver.core.testkit;

import java.util.function.IntPredicate;

/** What goes wrong with one operation of a {@link FaultyDisk}. */
public sealed interface DiskFault {

    /** Nothing goes wrong. */
    DiskFault NONE = new Simple(Simple.Kind.NONE);

    /**
     * The device fails. A force that fails so loses what it should have written, and a later one succeeds all the same, see
     * {@link MemoryFile#failForce}.
     */
    DiskFault IO_ERROR = new Simple(Simple.Kind.IO_ERROR);

    /** The file system is full. */
    DiskFault NO_SPACE = new Simple(Simple.Kind.NO_SPACE);

    /** No file handle is free: what would need one fails, anything else does not. */
    DiskFault NO_HANDLES = new Simple(Simple.Kind.NO_HANDLES);

    /** The permission is missing. */
    DiskFault ACCESS_DENIED = new Simple(Simple.Kind.ACCESS_DENIED);

    /** Half of the bytes are read or written, at least one. */
    DiskFault SHORT_COUNT = new Simple(Simple.Kind.SHORT_COUNT);

    /** One bit of what is read is wrong. */
    DiskFault FLIPPED_BIT = new Simple(Simple.Kind.FLIPPED_BIT);

    /** The process has died: the operation fails and does nothing. */
    DiskFault STOPPED = new Torn(sector -> false);

    /** One of those without more to say. */
    record Simple(Kind kind) implements DiskFault {

        enum Kind {
            NONE,
            IO_ERROR,
            NO_SPACE,
            NO_HANDLES,
            ACCESS_DENIED,
            SHORT_COUNT,
            FLIPPED_BIT
        }
    }

    /** As {@link #STOPPED}, but that these sectors of what was to be written get to the disk, durably. */
    record Torn(IntPredicate survivingSectors) implements DiskFault {}
}
