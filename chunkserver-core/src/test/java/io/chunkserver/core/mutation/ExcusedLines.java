package io.chunkserver.core.mutation;

import java.util.List;
import java.util.stream.Stream;

/** Every force and comparison with a checksum that is not one of the {@link DangerousLines}, and why it is none. */
final class ExcusedLines {

    private ExcusedLines() {}

    static List<ExcusedLine> all() {
        return Stream.of(declarations(), calls(), conveniences())
                .flatMap(List::stream)
                .toList();
    }

    private static List<ExcusedLine> declarations() {
        return Stream.of(
                        declared("OpenParts.java", "void force() throws"),
                        declared("OpenParts.java", "void forced(Force force, Admission admission) throws"),
                        declared("checksum/CheckedBlock.java", "boolean intact()"),
                        declared("commit/ChunkLane.java", "void force(LogRecord record,"),
                        declared("commit/CoordinatedTransaction.java", "void forceDecision()"),
                        declared("commit/log/Checkpoints.java", "boolean forcePublished()"),
                        declared("commit/log/PublicationBarrier.java", "void forcePublished() throws"),
                        declared("commit/log/SegmentFile.java", "void force() throws"),
                        declared("commit/log/SegmentedTransactionLog.java", "CompletionStage<Void> force(LogRecord"),
                        declared("commit/log/TransactionLog.java", "CompletionStage<Void> force(LogRecord"),
                        declared("disk/Disk.java", "void forceDirectory(Path directory) throws"),
                        declared("disk/DiskFile.java", "void force() throws"),
                        declared("disk/EmergencyReserve.java", "void force(DiskFile file) throws"),
                        declared("disk/FolderForces.java", "void force(Path folder) throws"),
                        declared("disk/LocalDisk.java", "void forceDirectory(Path directory) throws"),
                        declared("disk/LocalDisk.java", "void forceResolved(Path directory) throws"),
                        declared("disk/LocalDiskFile.java", "void force() throws"),
                        declared("disk/WatchedDisk.java", "void forceDirectory(Path directory) throws"),
                        declared("disk/WatchedDisk.java", "void force() throws"),
                        declared("store/ChunkStore.java", "void forcePublished() throws"),
                        declared("store/FileChunkStore.java", "void forcePublished() throws"),
                        declared("store/StoreFolder.java", "void forced(long afterChanges)"),
                        declared("store/StoreFolders.java", "void forceNameOf(Path chunkFile) throws"),
                        declared("store/StoreFolders.java", "void force() throws"))
                .toList();
    }

    private static ExcusedLine declared(String file, String line) {
        return new ExcusedLine(file, line, "It declares the method; the calls in it are lines of their own.");
    }

    /** Calls of a private method in which the dangerous line stands. */
    private static List<ExcusedLine> calls() {
        return List.of(
                new ExcusedLine(
                        "commit/ChunkLane.java",
                        "            force(\n                    requireHold(key).prepared(),",
                        "Nothing goes on without the call, and the force itself is a line of its own."),
                new ExcusedLine(
                        "commit/ChunkLane.java",
                        "            force(\n                    new LogRecord.Committed(",
                        "Nothing goes on without the call, and the force itself is a line of its own."),
                new ExcusedLine(
                        "commit/ChunkLane.java",
                        "            force(\n                    current.settledByHand(",
                        "Nothing goes on without the call, and the force itself is a line of its own."),
                new ExcusedLine(
                        "disk/EmergencyReserve.java",
                        "            force(file);",
                        "The force itself is a line of its own."),
                new ExcusedLine(
                        "commit/CoordinatedTransaction.java",
                        "            forceDecision();",
                        "Nothing goes on without the call, and the force itself is a line of its own."));
    }

    /** Lines that save work, or keep what is made anew when it is lost. */
    private static List<ExcusedLine> conveniences() {
        return List.of(
                new ExcusedLine(
                        "store/StoreFolders.java",
                        "folder.forced(changes);",
                        "It saves forces: without it a folder that is durable is forced again."),
                new ExcusedLine(
                        "store/IndexCheckpointFile.java",
                        "disk.forceDirectory(folder);",
                        "After a crash the checkpoint before it is found, which is as true and saves less work."),
                new ExcusedLine(
                        "store/StoreFiles.java",
                        "disk.forceDirectory(layout.quarantine());",
                        "A rename is durable in both folders once the one is that the file leaves, and that is forced after it."),
                new ExcusedLine(
                        "store/StagedFile.java",
                        "checksums.lengthBytes() % WRITE_BACK_BYTES == 0",
                        "It compares a length, and says only when bytes are written early."),
                new ExcusedLine(
                        "scrub/ScrubProgressFile.java",
                        "open.force();",
                        "A file that a crash tore does not have its checksum and counts as none: chunks are read twice."),
                new ExcusedLine(
                        "scrub/ScrubProgressFile.java",
                        "disk.forceDirectory(folder);",
                        "What a crash loses of the progress is made again: chunks are read twice."),
                new ExcusedLine(
                        "fsck/Findings.java",
                        "disk.forceDirectory(DiskNames.parentOf(file));",
                        "A useless file that a crash brings back is as useless as before, and the next check finds it."),
                new ExcusedLine(
                        "replication/OrderedCopy.java",
                        "one.crc32c() == other.crc32c()",
                        "A copy out of two versions does not have the sum of the first, and is refused when it ends."),
                new ExcusedLine(
                        "replication/OrderedCopy.java",
                        "failedHere = ChunkServerException.from(failure).code() != ErrorCode.CHECKSUM_MISMATCH;",
                        "It compares codes, to say whose fault a failure was; the copy is refused either way."));
    }
}
