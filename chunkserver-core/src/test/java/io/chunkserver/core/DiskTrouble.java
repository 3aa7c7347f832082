package io.chunkserver.core;

import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** What goes wrong with a server's disk: of each kind of fault one at most waits for its moment, and happens once. */
final class DiskTrouble implements DiskScript {

    /** A fault of one operation. */
    enum Kind {
        /**
         * After it the disk behaves as if nothing had been: the trap into which whoever tries a failed force again falls (Rebello et
         * al., <i>Can Applications Recover from fsync Failures?</i>, ATC 2020).
         */
        FORCE_FAILS,
        WRITE_FAILS,
        WRITE_IS_SHORT,
        /** No file gets, changes or loses its name. */
        NAME_FAILS,
        /** A file cannot be opened, cut or asked for its size, a folder not listed. */
        LOOK_FAILS,
        READ_FAILS,
        READ_IS_SHORT,
        /** No file handle is free, once. */
        NO_HANDLE,
        /** On the way from the disk, where it is right. */
        BIT_FLIPS;

        private boolean mayBefall(DiskOperation operation) {
            DiskOperation.Kind kind = operation.kind();
            return switch (this) {
                case FORCE_FAILS -> kind == DiskOperation.Kind.FORCE || kind == DiskOperation.Kind.FORCE_DIRECTORY;
                case WRITE_FAILS, WRITE_IS_SHORT -> kind == DiskOperation.Kind.WRITE;
                case NAME_FAILS -> NAMES.contains(kind);
                case LOOK_FAILS -> LOOKS.contains(kind);
                case NO_HANDLE -> HANDLES.contains(kind);
                case READ_FAILS, READ_IS_SHORT, BIT_FLIPS -> kind == DiskOperation.Kind.READ;
            };
        }

        private DiskFault fault() {
            return switch (this) {
                case FORCE_FAILS, WRITE_FAILS, NAME_FAILS, LOOK_FAILS, READ_FAILS -> DiskFault.IO_ERROR;
                case WRITE_IS_SHORT, READ_IS_SHORT -> DiskFault.SHORT_COUNT;
                case NO_HANDLE -> DiskFault.NO_HANDLES;
                case BIT_FLIPS -> DiskFault.FLIPPED_BIT;
            };
        }

        static Kind any(SplittableRandom random) {
            return values()[random.nextInt(values().length)];
        }
    }

    private static final Set<DiskOperation.Kind> NAMES = Set.of(
            DiskOperation.Kind.CREATE,
            DiskOperation.Kind.CREATE_DIRECTORIES,
            DiskOperation.Kind.RENAME,
            DiskOperation.Kind.DELETE);

    private static final Set<DiskOperation.Kind> LOOKS = Set.of(
            DiskOperation.Kind.OPEN,
            DiskOperation.Kind.TRUNCATE,
            DiskOperation.Kind.LIST,
            DiskOperation.Kind.SIZE,
            DiskOperation.Kind.STAMP,
            DiskOperation.Kind.LOCK);

    private static final Set<DiskOperation.Kind> HANDLES = Set.of(
            DiskOperation.Kind.CREATE,
            DiskOperation.Kind.OPEN,
            DiskOperation.Kind.LIST,
            DiskOperation.Kind.FORCE_DIRECTORY);

    private final Map<Kind, Integer> ahead = new EnumMap<>(Kind.class);
    private final Map<Kind, Integer> happened = new EnumMap<>(Kind.class);
    private boolean folderFailed;

    /** Has it befall the operation that comes after so many others that it may befall. */
    void plan(Kind kind, int after) {
        ahead.put(kind, after);
    }

    /** Nothing goes wrong that has not happened yet. */
    void end() {
        ahead.clear();
    }

    /** How many faults there were. */
    int happened() {
        return happened.values().stream().mapToInt(Integer::intValue).sum();
    }

    int happened(Kind kind) {
        return happened.getOrDefault(kind, 0);
    }

    /** Whether names in a folder were not made durable, and never are, whoever forces it, until the file system is mounted anew. */
    boolean folderFailed() {
        return folderFailed;
    }

    void mountedAnew() {
        folderFailed = false;
    }

    @Override
    public DiskFault before(DiskOperation operation) {
        for (Kind kind : Kind.values()) {
            if (kind.mayBefall(operation) && isDue(kind)) {
                happened.merge(kind, 1, Integer::sum);
                folderFailed |= kind != Kind.NO_HANDLE && operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY;
                return kind.fault();
            }
        }
        return DiskFault.NONE;
    }

    private boolean isDue(Kind kind) {
        Integer left = ahead.get(kind);
        if (left == null) {
            return false;
        }
        if (left > 0) {
            ahead.put(kind, left - 1);
            return false;
        }
        ahead.remove(kind);
        return true;
    }
}
