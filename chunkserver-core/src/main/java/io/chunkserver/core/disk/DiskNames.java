package io.chunkserver.core.disk;

import java.nio.file.Path;

/** The rule for names on a {@link Disk}, which keeps every name below the disk's root. */
public final class DiskNames {

    private DiskNames() {}

    /**
     * Refuses a name that is not below the root.
     *
     * @throws IllegalArgumentException when the name is absolute or has a {@code ..}
     */
    public static void check(Path name) {
        if (name.isAbsolute()) {
            throw new IllegalArgumentException(name + " is absolute; names on a disk are relative to its root");
        }
        for (Path element : name) {
            if (element.toString().equals("..")) {
                throw new IllegalArgumentException(name + " has a \"..\"; names on a disk stay below its root");
            }
        }
    }

    /** The directory that holds a name; the root for a name of one element. */
    public static Path parentOf(Path name) {
        Path parent = name.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** Where a file is made that is to replace this one in one step; a crash may leave it there. */
    public static Path temporaryOf(Path file) {
        return parentOf(file).resolve(file.getFileName() + ".tmp");
    }
}
