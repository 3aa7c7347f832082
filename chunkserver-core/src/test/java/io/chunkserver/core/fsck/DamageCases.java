package io.chunkserver.core.fsck;

import static io.chunkserver.core.fsck.StoppedServer.BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.CHECKPOINT;
import static io.chunkserver.core.fsck.StoppedServer.DELETED;
import static io.chunkserver.core.fsck.StoppedServer.EMPTY;
import static io.chunkserver.core.fsck.StoppedServer.ONE_BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.REPLACED;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS_LENGTH;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Ways in which a directory is harmed, each with a name and what must be found then. */
final class DamageCases {

    private DamageCases() {}

    interface Harm {
        void to(StoppedServer server) throws IOException;
    }

    /** A kind, and for some the place where it shows. */
    record Expected(FindingKind kind, long offsetBytes) {

        static final long ANYWHERE = -1;

        static Expected of(FindingKind kind) {
            return new Expected(kind, ANYWHERE);
        }
    }

    record Case(String name, Harm harm, List<Expected> expected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, Harm harm, FindingKind... kinds) {
        return new Case(name, harm, Arrays.stream(kinds).map(Expected::of).toList());
    }

    private static Case at(String name, Harm harm, FindingKind kind, long offset) {
        return new Case(name, harm, List.of(new Expected(kind, offset)));
    }

    private static final int FOOTER_AT = THREE_BLOCKS_LENGTH + 3 * Integer.BYTES;

    static Stream<Case> all() {
        return Stream.of(
                of("nothing", server -> {}),
                // Chunk files: each region, each boundary.
                at("a bit of the first block", s -> s.flip(s.file(THREE_BLOCKS), 0), FindingKind.DAMAGED_CHUNK, 0),
                at(
                        "a bit of a block in the middle",
                        s -> s.flip(s.file(THREE_BLOCKS), BLOCK + 5),
                        FindingKind.DAMAGED_CHUNK,
                        BLOCK),
                at(
                        "a bit of the last byte of data",
                        s -> s.flip(s.file(THREE_BLOCKS), THREE_BLOCKS_LENGTH - 1),
                        FindingKind.DAMAGED_CHUNK,
                        2 * BLOCK),
                at(
                        "a block of zeros",
                        s -> s.overwrite(s.file(THREE_BLOCKS), BLOCK, new byte[BLOCK]),
                        FindingKind.DAMAGED_CHUNK,
                        BLOCK),
                at(
                        "a bit of the table of checksums",
                        s -> s.flip(s.file(THREE_BLOCKS), THREE_BLOCKS_LENGTH + 1),
                        FindingKind.DAMAGED_CHUNK,
                        THREE_BLOCKS_LENGTH),
                of("a bit of the footer", s -> s.flip(s.file(THREE_BLOCKS), FOOTER_AT + 20), FindingKind.DAMAGED_CHUNK),
                of("a bit of the footer's length", s -> s.flip(s.file(THREE_BLOCKS), -16), FindingKind.DAMAGED_CHUNK),
                of("a bit of the trailer's mark", s -> s.flip(s.file(THREE_BLOCKS), -1), FindingKind.DAMAGED_CHUNK),
                of("a bit of a tombstone", s -> s.flip(s.file(DELETED), 9), FindingKind.DAMAGED_CHUNK),
                at("another checksum of the whole chunk", s -> footer(s, 32, 1234), FindingKind.DAMAGED_CHUNK, 0),
                of("a chunk of a newer format", s -> footer(s, 0, 2), FindingKind.FORMAT_TOO_NEW),
                of("a chunk of an older format", s -> footer(s, 0, 0), FindingKind.FORMAT_TOO_OLD),
                of(
                        "a file that is there twice",
                        s -> s.write(
                                s.file(ONE_BLOCK).resolveSibling("0".repeat(64) + ".chunk"), s.read(s.file(ONE_BLOCK))),
                        FindingKind.MISPLACED_CHUNK),
                of(
                        "two files that are swapped",
                        s -> {
                            byte[] one = s.read(s.file(ONE_BLOCK));
                            s.write(s.file(ONE_BLOCK), s.read(s.file(EMPTY)));
                            s.write(s.file(EMPTY), one);
                        },
                        FindingKind.MISPLACED_CHUNK,
                        FindingKind.MISPLACED_CHUNK),
                of("a missing file", s -> s.disk.delete(s.file(THREE_BLOCKS)), FindingKind.LOST_CHUNK),
                of(
                        "a missing file that only the index remembers",
                        s -> {
                            s.disk.delete(s.file(THREE_BLOCKS));
                            removeLog(s);
                        },
                        FindingKind.GONE_CHUNK,
                        FindingKind.MISSING_LOG),
                of("an older copy", s -> s.write(s.file(REPLACED), s.olderCopy), FindingKind.LOST_CHUNK),
                of("a copy that was given up by a master's order", s -> s.giveUp(THREE_BLOCKS)),
                // The log.
                at("a bit of a segment's header", s -> s.flip(s.log(), 30), FindingKind.DAMAGED_LOG, 0),
                at("a bit of the first batch", s -> s.flip(s.log(), 512 + 40), FindingKind.DAMAGED_LOG, 512),
                at(
                        "sectors of zeros in the middle of the log",
                        s -> s.overwrite(s.log(), 1024, new byte[512]),
                        FindingKind.DAMAGED_LOG,
                        1024),
                at("a segment cut to half", s -> s.truncate(s.log(), 65_536), FindingKind.DAMAGED_LOG, 0),
                at("a segment cut in its header", s -> s.truncate(s.log(), 100), FindingKind.DAMAGED_LOG, 0),
                of(
                        "bytes after the last batch",
                        s -> s.overwrite(s.log(), 131_072 - 512, new byte[] {1, 2, 3}),
                        FindingKind.TORN_TAIL),
                of(
                        "a segment of a newer format",
                        s -> s.reseal(s.log(), 8, 2, 0, 508, 508),
                        FindingKind.FORMAT_TOO_NEW),
                of(
                        "a segment of an older format",
                        s -> s.reseal(s.log(), 8, 0, 0, 508, 508),
                        FindingKind.FORMAT_TOO_OLD),
                of("the log of another server", s -> s.reseal(s.log(), 12, 5, 0, 508, 508), FindingKind.FOREIGN_LOG),
                of("a log that is gone", DamageCases::removeLog, FindingKind.MISSING_LOG),
                of(
                        "a segment that is missing between others",
                        s -> s.write(DataDirectory.LOG.resolve("0000000000000099.log"), s.read(s.log())),
                        FindingKind.DAMAGED_LOG),
                of(
                        "segments that are swapped",
                        s -> {
                            s.fillLog(2);
                            byte[] first = s.read(segment(s, 0));
                            s.write(segment(s, 0), s.read(segment(s, 1)));
                            s.write(segment(s, 1), first);
                        },
                        FindingKind.DAMAGED_LOG),
                of(
                        "a first segment that is missing",
                        s -> {
                            s.fillLog(2);
                            s.disk.delete(segment(s, 0));
                        },
                        FindingKind.DAMAGED_LOG),
                at(
                        "a last segment that is missing",
                        s -> {
                            s.endLogInItsSecondSegment();
                            s.disk.delete(segment(s, 2));
                            s.disk.delete(segment(s, 1));
                        },
                        FindingKind.DAMAGED_LOG,
                        0),
                at(
                        "a last segment that is missing before the one that was made ahead",
                        s -> {
                            s.endLogInItsSecondSegment();
                            s.disk.delete(segment(s, 1));
                        },
                        FindingKind.DAMAGED_LOG,
                        0),
                of("a segment made ahead that is missing", s -> {
                    s.endLogInItsSecondSegment();
                    s.disk.delete(segment(s, 2));
                }),
                // The index.
                of("a bit of the index's header", s -> s.flip(CHECKPOINT, 3), FindingKind.DAMAGED_INDEX),
                of("a bit of a block of the index", s -> s.flip(CHECKPOINT, 40), FindingKind.DAMAGED_INDEX),
                of("an index without its end", s -> s.truncate(CHECKPOINT, 40), FindingKind.DAMAGED_INDEX),
                of("an empty index", s -> s.truncate(CHECKPOINT, 0), FindingKind.DAMAGED_INDEX),
                of("an index of a newer format", s -> s.reseal(CHECKPOINT, 8, 2, 0, 12, 12), FindingKind.OTHER_INDEX),
                of("an index of an older format", s -> s.reseal(CHECKPOINT, 8, 0, 0, 12, 12), FindingKind.OTHER_INDEX),
                of("no index", s -> s.disk.delete(CHECKPOINT)),
                of("an index from another time", s -> s.write(CHECKPOINT, s.olderIndex)),
                of(
                        "the index of another directory",
                        s -> {
                            StoppedServer other = new StoppedServer(new MemoryDisk());
                            ChunkServer started = other.start();
                            other.store(started, new ChunkId("other", 0), new byte[10]);
                            other.stop(started);
                            s.write(CHECKPOINT, other.read(CHECKPOINT));
                        },
                        FindingKind.GONE_CHUNK),
                of(
                        "an index that knows less than the files",
                        s -> {
                            s.write(CHECKPOINT, s.olderIndex);
                            s.vouchForFolders();
                        },
                        FindingKind.WRONG_INDEX,
                        FindingKind.WRONG_INDEX),
                of(
                        "an older copy that only the index shows",
                        DamageCases::staleInPlace,
                        FindingKind.STALE_CHUNK,
                        FindingKind.MISSING_LOG),
                of(
                        "an older copy that the log shows too",
                        s -> {
                            s.write(s.file(REPLACED), s.olderCopy);
                            s.vouchForFolders();
                        },
                        FindingKind.STALE_CHUNK,
                        FindingKind.LOST_CHUNK),
                of(
                        "an older copy in a folder that was changed",
                        s -> {
                            s.write(s.file(REPLACED), s.olderCopy);
                            removeLog(s);
                        },
                        FindingKind.STALE_CHUNK,
                        FindingKind.MISSING_LOG),
                of(
                        "a missing file that only the index shows, in a folder that looks untouched",
                        DamageCases::goneUnnoticed,
                        FindingKind.MISSING_CHUNK,
                        FindingKind.MISSING_LOG),
                of(
                        "an older copy that only the index shows, beside a damaged file",
                        s -> {
                            ChunkId beside = s.storeBeside(REPLACED);
                            s.vouchForFolders();
                            staleInPlace(s);
                            s.flip(s.file(beside), 0);
                        },
                        FindingKind.STALE_CHUNK,
                        FindingKind.DAMAGED_CHUNK,
                        FindingKind.MISSING_LOG),
                of(
                        "a missing file that only the index shows, beside a damaged file",
                        s -> {
                            ChunkId beside = s.storeBeside(THREE_BLOCKS);
                            goneUnnoticed(s);
                            s.flip(s.file(beside), 0);
                        },
                        FindingKind.MISSING_CHUNK,
                        FindingKind.DAMAGED_CHUNK,
                        FindingKind.MISSING_LOG),
                of(
                        "an index that knows less of one folder and more of another",
                        s -> {
                            s.write(CHECKPOINT, s.olderIndex);
                            s.disk.delete(s.file(REPLACED));
                            s.vouchForFolders();
                            removeLog(s);
                        },
                        FindingKind.WRONG_INDEX,
                        FindingKind.MISSING_CHUNK,
                        FindingKind.MISSING_LOG),
                // The identity.
                of(
                        "an identity that is no JSON",
                        s -> s.overwrite(DataDirectory.IDENTITY_FILE, 0, new byte[] {'x'}),
                        FindingKind.DAMAGED_IDENTITY),
                of(
                        "an identity that is gone",
                        s -> s.disk.delete(DataDirectory.IDENTITY_FILE),
                        FindingKind.MISSING_IDENTITY),
                of("an identity of a newer format", s -> identityFormat(s, '3'), FindingKind.FORMAT_TOO_NEW),
                of("an identity of an older format", s -> identityFormat(s, '0'), FindingKind.FORMAT_TOO_OLD),
                // Staged files.
                of("a promise that is not decided", s -> s.promise(THREE_BLOCKS), FindingKind.STAGED_IN_DOUBT),
                of(
                        "a bit of the data of a promised file",
                        s -> s.flip(promiseThatOnlyTheLogKnows(s), 0),
                        FindingKind.DAMAGED_PROMISE),
                of(
                        "a bit of the footer of a promised file",
                        s -> s.flip(promiseThatOnlyTheLogKnows(s), -1),
                        FindingKind.DAMAGED_PROMISE),
                of(
                        "a promised file that is cut",
                        s -> s.truncate(promiseThatOnlyTheLogKnows(s), 100),
                        FindingKind.DAMAGED_PROMISE),
                of(
                        "a promised file that is missing",
                        s -> s.disk.delete(promiseThatOnlyTheLogKnows(s)),
                        FindingKind.DAMAGED_PROMISE),
                of(
                        "a staged file of which the log knows nothing",
                        s -> {
                            Path staged = s.stagedName(ONE_BLOCK);
                            byte[] bytes = s.read(s.file(ONE_BLOCK));
                            removeLog(s);
                            s.stop(s.start());
                            s.write(staged, bytes);
                        },
                        FindingKind.STAGED_LEFTOVER),
                of(
                        "a bit of the footer of a committed file whose publication a crash undid",
                        s -> {
                            Path staged = s.stagedName(THREE_BLOCKS);
                            s.disk.rename(s.file(THREE_BLOCKS), staged);
                            s.flip(staged, -1);
                        },
                        FindingKind.LOST_CHUNK),
                of(
                        "a bit of the footer of a staged file whose version is published",
                        s -> {
                            Path staged = s.stagedName(THREE_BLOCKS);
                            s.write(staged, s.read(s.file(THREE_BLOCKS)));
                            s.flip(staged, -1);
                        },
                        FindingKind.UNFINISHED_STAGED),
                // Leftovers.
                of(
                        "a staged file without an end",
                        s -> s.write(staged(s, "1".repeat(64)), new byte[100]),
                        FindingKind.UNFINISHED_STAGED),
                of(
                        "a publication that a crash undid",
                        s -> s.disk.rename(s.file(THREE_BLOCKS), s.stagedName(THREE_BLOCKS)),
                        FindingKind.STAGED_COMMITTED),
                of(
                        "a staged file and no log",
                        s -> {
                            s.disk.rename(s.file(THREE_BLOCKS), s.stagedName(THREE_BLOCKS));
                            removeLog(s);
                        },
                        FindingKind.STAGED_UNDECIDED,
                        FindingKind.MISSING_LOG),
                of(
                        "files that a crash left while they were made",
                        s -> {
                            s.write(Path.of("server_info.json.tmp"), new byte[3]);
                            s.write(Path.of("reserve.tmp"), new byte[3]);
                            s.write(DataDirectory.INDEX.resolve("checkpoint.tmp"), new byte[3]);
                            s.write(DataDirectory.LOG.resolve("0000000000000002.log.new"), new byte[3]);
                        },
                        FindingKind.TEMPORARY_FILE,
                        FindingKind.TEMPORARY_FILE,
                        FindingKind.TEMPORARY_FILE,
                        FindingKind.TEMPORARY_FILE),
                of(
                        "files of somebody else that are called as temporary ones",
                        s -> {
                            s.write(Path.of("report.tmp"), new byte[3]);
                            s.write(DataDirectory.INDEX.resolve("report.tmp"), new byte[3]);
                            s.write(DataDirectory.INDEX.resolve("server_info.json.tmp"), new byte[3]);
                        },
                        FindingKind.FOREIGN_FILE,
                        FindingKind.FOREIGN_FILE,
                        FindingKind.FOREIGN_FILE),
                of(
                        "how far a scrub has come, and what a crash left while that was written",
                        s -> {
                            s.write(DataDirectory.INDEX.resolve("scrub"), new byte[3]);
                            s.write(DataDirectory.INDEX.resolve("scrub.tmp"), new byte[3]);
                        },
                        FindingKind.TEMPORARY_FILE),
                of(
                        "a file of somebody else",
                        s -> s.write(s.file(EMPTY).resolveSibling("notes.txt"), new byte[3]),
                        FindingKind.FOREIGN_FILE));
    }

    static void removeLog(StoppedServer server) throws IOException {
        for (Path segment : server.disk.list(DataDirectory.LOG)) {
            server.disk.delete(DataDirectory.LOG.resolve(segment));
        }
    }

    private static Path segment(StoppedServer server, int number) throws IOException {
        return DataDirectory.LOG.resolve(
                server.disk.list(DataDirectory.LOG).stream().sorted().toList().get(number));
    }

    private static Path promiseThatOnlyTheLogKnows(StoppedServer server) throws IOException {
        server.disk.delete(CHECKPOINT);
        return server.promise(THREE_BLOCKS);
    }

    /** As after {@code cp} of an old file over the new one, when the log has forgotten it. */
    static void staleInPlace(StoppedServer server) throws IOException {
        server.truncate(server.file(REPLACED), server.olderCopy.length);
        server.overwrite(server.file(REPLACED), 0, server.olderCopy);
        removeLog(server);
    }

    private static void goneUnnoticed(StoppedServer server) throws IOException {
        server.disk.delete(server.file(THREE_BLOCKS));
        server.vouchForFolders();
        removeLog(server);
    }

    private static Path staged(StoppedServer server, String hash) {
        return server.file(EMPTY).resolveSibling(hash + ".1.1.staged");
    }

    /** Changes a number in the footer of a chunk, which still matches its checksum. */
    private static void footer(StoppedServer server, int at, int value) throws IOException {
        Path file = server.file(THREE_BLOCKS);
        int size = server.read(file).length;
        server.reseal(file, FOOTER_AT + at, value, FOOTER_AT, size - 12, size - 12);
    }

    private static void identityFormat(StoppedServer server, char format) throws IOException {
        String json = new String(server.read(DataDirectory.IDENTITY_FILE), StandardCharsets.UTF_8);
        server.write(
                DataDirectory.IDENTITY_FILE,
                json.replace("\"format\": 1", "\"format\": " + format).getBytes(StandardCharsets.UTF_8));
    }
}
