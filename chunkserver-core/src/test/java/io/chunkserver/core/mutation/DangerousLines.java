package io.chunkserver.core.mutation;

import static io.chunkserver.core.mutation.DangerousLine.changed;
import static io.chunkserver.core.mutation.DangerousLine.without;

import java.util.List;
import java.util.stream.Stream;

/** Every force, force of a directory, checksum check, ordering, and choice among several disks that a guarantee stands on. */
final class DangerousLines {

    private DangerousLines() {}

    static List<DangerousLine> all() {
        return Stream.of(forcesOfTheStore(), forcesOfTheLog(), forcesOfTheDirectory(), checks(), orderings(), volumes())
                .flatMap(List::stream)
                .toList();
    }

    private static List<DangerousLine> forcesOfTheStore() {
        return List.of(
                without("bytes of a staged file", "store/StagedFile.java", "file.force();"),
                without("name of a staged file", "store/StagedFile.java", "folders.forceNameOf(name);"),
                without("chunk folder's own name", "store/StoreFolders.java", "forces.force(upper);"),
                without("folder above that", "store/StoreFolders.java", "forces.force(layout.chunks());"),
                without("changed chunk folders", "store/StoreFolders.java", "forces.force(entry.getKey());"),
                changed(
                        "chunk folders before the log forgets",
                        "store/FileChunkStore.java",
                        "handles.checkOpen();\n        folders.force();",
                        "handles.checkOpen();"),
                changed(
                        "what a start finds in a folder",
                        "store/StoreFolder.java",
                        "return new StoreFolder(NOTHING_FORCED);",
                        "return new StoreFolder(0);"),
                changed(
                        "mark of a publication or deletion",
                        "store/StoreFolder.java",
                        "changes += changed ? 1 : 0;",
                        "changes += 0;"),
                changed(
                        "folders before a checkpoint",
                        "store/FileChunkStore.java",
                        "folders.force();\n        checkpoints.write();",
                        "checkpoints.write();\n        folders.all().values().forEach(folder -> folder.forced(folder.changes()));"),
                without("checkpoint before its name", "store/IndexCheckpointFile.java", "open.force();"),
                changed(
                        "tick of the clock before a checkpoint",
                        "store/CheckpointWriter.java",
                        "stamp != null && stamp.isOlderThan(begun)",
                        "stamp != null"),
                without("mark of a file that is gone", "store/Quarantine.java", "forces.force(folder);"),
                without(
                        "folder that a check takes a file out of",
                        "store/StoreFiles.java",
                        "disk.forceDirectory(DiskNames.parentOf(file));"),
                without(
                        "folder of a staged name",
                        "store/StoreFolders.java",
                        "forces.force(DiskNames.parentOf(chunkFile));"),
                without("any folder of store and directory", "disk/FolderForces.java", "disk.forceDirectory(folder);"),
                without("memory of a failed force of a folder", "disk/FolderForces.java", "failure = e;"),
                without(
                        "copy before anybody hears of it",
                        "commit/ChunkLane.java",
                        "participant.storage().store().forcePublished();"),
                without("publications of a recovery", "commit/CommitRecovery.java", "store.forcePublished();"));
    }

    private static List<DangerousLine> forcesOfTheLog() {
        return List.of(
                without("batch", "commit/log/LogTail.java", "segment.force();"),
                without("word that the log goes on", "commit/log/LogTail.java", "append(List.of(CONTINUED));"),
                without("any segment", "commit/log/SegmentFile.java", "file.force();"),
                without("fresh segment", "commit/log/SegmentSupply.java", "file.force();"),
                without(
                        "fresh segment's name",
                        "commit/log/SegmentSupply.java",
                        "folder.disk().forceDirectory(folder.path());"),
                without(
                        "last batch, written again",
                        "commit/log/LogRecovery.java",
                        "writeAgain(segment, last, replay.lastSequence());"),
                changed(
                        "last batch, judged again before that",
                        "commit/log/LogRecovery.java",
                        "if (!asBefore) {",
                        "if (false) {"),
                changed(
                        "log, read again before it is cut",
                        "commit/log/LogRecovery.java",
                        "if (seen.isEmpty()) {",
                        "if (reading.refusal() == null) {"),
                changed(
                        "log, cut only where two reads agree",
                        "commit/log/LogRecovery.java",
                        "if (!reading.trouble().isEmpty() && !reading.trouble().equals(seen)) {",
                        "if (false) {"),
                without("last segment at a start", "commit/log/LogRecovery.java", "            segment.force();"),
                without("ready segment at a start", "commit/log/LogRecovery.java", "ready.force();"),
                without(
                        "log folder at a start",
                        "commit/log/LogRecovery.java",
                        "folder.disk().forceDirectory(folder.path());"),
                without("log folder's own name", "commit/log/LogFolder.java", "disk.forceDirectory(Path.of(\"\"));"),
                without("folders above the log's", "commit/log/LogFolder.java", "disk.forceDirectory(directory);"),
                without("removal of a segment", "commit/log/LogFolder.java", "disk.forceDirectory(path);"),
                changed(
                        "publications before outcomes are forgotten",
                        "commit/log/Checkpoints.java",
                        "youngest.isEmpty() || !forcePublished()",
                        "youngest.isEmpty()"),
                changed(
                        "publications before segments go",
                        "commit/log/Checkpoints.java",
                        "        if (!forcePublished()) {\n            return;",
                        "        if (false) {\n            return;"),
                without(
                        "publications that the log asks for",
                        "commit/log/Checkpoints.java",
                        "setting.barrier().forcePublished();"),
                changed(
                        "publications that the log asks a server for",
                        "OpenParts.java",
                        "() -> forced(opening.await()::forcePublished, admission)",
                        "() -> {}"),
                without("force that is passed on", "OpenParts.java", "force.force();"),
                changed(
                        "failure to force a checkpoint's folders",
                        "OpenParts.java",
                        "() -> forced(files::checkpointIfDue, admission)",
                        "files::checkpointIfDue"));
    }

    private static List<DangerousLine> forcesOfTheDirectory() {
        return List.of(
                without("identity", "disk/IdentityFile.java", "open.force();"),
                without("identity's name", "disk/IdentityFile.java", "forces.force(folder);"),
                without(
                        "folder of an identity elsewhere",
                        "disk/IdentityFile.java",
                        "forces.force(DiskNames.parentOf(made));"),
                without("mark of a drain", "disk/DataDirectory.java", "forces.force(DiskNames.parentOf(file));"),
                without("folders of the data directory", "disk/DataDirectory.java", "forces.force(ROOT);"),
                without("file of the operating system", "disk/LocalDiskFile.java", "channel.force(true);"),
                changed("failure of an early write", "disk/WriteBack.java", "running == null", "true"),
                without("early write", "disk/WriteBack.java", "channel.force(false);"),
                without("new folder of a rename", "disk/LocalDisk.java", "forceDirectory(DiskNames.parentOf(to));"),
                without("folders above the root", "disk/LocalDisk.java", "forceResolved(parent);"),
                without("directory that is asked for", "disk/LocalDisk.java", "forceResolved(resolve(directory));"),
                changed(
                        "directory of a disk that is watched",
                        "disk/WatchedDisk.java",
                        "() -> disk.forceDirectory(directory)",
                        "() -> {}"),
                changed("file of a disk that is watched", "disk/WatchedDisk.java", "file::force", "() -> {}"),
                changed(
                        "reserve that is cut",
                        "disk/EmergencyReserve.java",
                        "try {\n            file.force();",
                        "try {\n            file.size();"),
                without(
                        "reserve whose force has failed",
                        "disk/EmergencyReserve.java",
                        "held.updateAndGet(Claim::unusable);"),
                changed(
                        "reserve that is filled",
                        "disk/EmergencyReserve.java",
                        "file.writeFully(filling(), 0);\n                file.force();",
                        "file.writeFully(filling(), 0);"),
                without("name of the reserve", "disk/EmergencyReserve.java", "forces.force(DiskNames.parentOf(FILE));"),
                without("state of a check", "fsck/CheckStateFile.java", "open.force();"),
                without(
                        "name of a check's state",
                        "fsck/CheckStateFile.java",
                        "disk.forceDirectory(DiskNames.parentOf(file));"),
                without("directory of the operating system", "disk/LocalDisk.java", "channel.force(true);"));
    }

    private static List<DangerousLine> checks() {
        return List.of(
                changed(
                        "replaced master when a store is begun",
                        "commit/ChainCoordinator.java",
                        "placementRefusal(request.chunk(), request.placementEpoch())",
                        "placementRefusal(request.chunk(), 0)"),
                changed(
                        "replaced master when a member is asked",
                        "commit/Participant.java",
                        "placementRefusal(request.chunk(), request.placementEpoch())",
                        "placementRefusal(request.chunk(), 0)"),
                changed(
                        "replaced master before a promise",
                        "commit/ChunkLane.java",
                        "placementRefusal(chunk, request.placementEpoch())",
                        "placementRefusal(chunk, 0)"),
                changed(
                        "replaced master before the decision",
                        "commit/CoordinatedTransaction.java",
                        "requireNonNull(asked).placementEpoch()",
                        "0 * requireNonNull(asked).placementEpoch()"),
                changed(
                        "store under way when a copy is too much",
                        "master/RepairPlanner.java",
                        "!placements.names(chunk.id(), member)",
                        "!chunk.conflicting()"),
                changed(
                        "removal under way when a store is placed",
                        "master/Placements.java",
                        "member -> !isToGiveUp(chunk, member)",
                        "member -> !isToGiveUp(chunk, member) || true"),
                changed(
                        "open stores when a leader is new",
                        "membership/MasterSession.java",
                        "if (reply.epoch() > epoch)",
                        "if (reply.epoch() > epoch && registered && !registered)"),
                changed(
                        "damaged staged file that was promised",
                        "OpenParts.java",
                        "() -> CommitRecovery.durablePromises(store, log)",
                        "java.util.Map::of"),
                changed("block that is staged", "store/StagedFile.java", "!block.intact()", "false"),
                changed("sum of a staged chunk", "store/StagedFile.java", " || crc32c != checksums.crc32c()", ""),
                changed(
                        "length of a staged chunk",
                        "store/StagedFile.java",
                        "lengthBytes != checksums.lengthBytes() || ",
                        ""),
                changed("block that is forwarded", "replication/ForkedStream.java", "!block.intact()", "false"),
                changed(
                        "block that was not compared yet",
                        "checksum/CheckedBlock.java",
                        "Crc32c.of(data) == crc32c",
                        "true"),
                changed("block that is fetched", "PublishedFetch.java", "!block.intact()", "false"),
                changed("block that is read", "store/PublishedFile.java", "crc != blockChecksum(block)", "false"),
                changed(
                        "table of checksums",
                        "store/PublishedFile.java",
                        "Crc32c.of(table.flip()) != footer.tableCrc()",
                        "table.flip() == null"),
                changed("sum of a whole chunk", "store/PublishedFile.java", "ofAllBlocks != info.crc32c()", "false"),
                changed(
                        "footer",
                        "store/ChunkFileFormat.java",
                        "Crc32c.of(footer.duplicate().limit(footer.limit() - TRAILER_BYTES + Integer.BYTES)) != crc",
                        "false"),
                changed("size of a chunk file", "store/ChunkFileFormat.java", "expected != fileBytes", "false"),
                changed(
                        "table of checksums in a check",
                        "store/StoreFiles.java",
                        "Crc32c.of(table.flip()) != footer.tableCrc()",
                        "table.flip() == null"),
                changed(
                        "block in a check",
                        "store/StoreFiles.java",
                        "crc != table.getInt(block * Integer.BYTES)",
                        "false"),
                changed(
                        "sum of a whole chunk in a check",
                        "store/StoreFiles.java",
                        "whole == footer.dataCrc()",
                        "true"),
                changed(
                        "header of a checkpoint",
                        "store/IndexCheckpointFormat.java",
                        "header.getInt(12) != Crc32c.of(header.duplicate().limit(12))",
                        "false"),
                changed(
                        "block of a checkpoint",
                        "store/IndexCheckpointFormat.java",
                        "block.getInt(Integer.BYTES) != checksum(block)",
                        "false"),
                changed(
                        "progress of a scrub",
                        "scrub/ScrubProgressFormat.java",
                        "bytes.getInt(end) != Crc32c.of(bytes.slice(0, end))",
                        "false"),
                changed("sum of what is promised", "commit/Hold.java", "prepared.crc32c() == version.crc32c()", "true"),
                changed("footer against the index", "store/ChunkOpener.java", "footer.info().equals(expected)", "true"),
                changed("file system that is gone", "store/ChunkOpener.java", "rootNow().equals(root)", "true"),
                without(
                        "older version than the missing one",
                        "store/FileChunkStore.java",
                        "checkNotOlder(info, missing(chunk));"),
                changed(
                        "missing version in a lane",
                        "commit/ChunkLane.java",
                        "ParticipantState.idle(lacked.version(), lacked.epoch()).withoutBytes()",
                        "ParticipantState.idle(ChunkVersion.NONE, lacked.epoch()).withoutBytes()"),
                changed(
                        "older copy than the missing version",
                        "commit/ParticipantMachine.java",
                        "state.lacking() && state.version().isNewerThan(event.version())",
                        "false"),
                changed(
                        "last copy in the quarantine",
                        "store/QuarantineUpkeep.java",
                        "entry.kind() != Quarantine.Kind.REPLACED",
                        "false"),
                changed(
                        "missing version as base",
                        "commit/Participant.java",
                        "storage.store().committedVersion(chunk)",
                        "storage.store().stat(chunk).map(ChunkInfo::version).orElse(ChunkVersion.NONE)"),
                changed(
                        "older file than the missing version",
                        "store/StoreRecovery.java",
                        "missing.version().isNewerThan(info.version())",
                        "false"),
                changed(
                        "footer, read again before its file is put aside",
                        "store/StoreRecovery.java",
                        "catch (ChunkServerException.Corrupt once)",
                        "catch (ArithmeticException once)"),
                changed(
                        "checksum of the identity",
                        "disk/IdentityFormat.java",
                        "values.containsKey(CHECKSUM) && !string(CHECKSUM, text -> text).equals(checksum(values(identity)))",
                        "false"),
                changed(
                        "promise that a copy has overtaken",
                        "commit/RecoveryPlan.java",
                        " || isOvertaken(prepared, committed.apply(prepared.chunk()))",
                        ""),
                changed("good copy before one is destroyed", "store/QuarantineUpkeep.java", """
                                    store.verify(published.get().id());
                                    return true;
                        """, """
                                    if (published.isEmpty()) {
                                        store.verify(published.get().id());
                                    }
                                    return true;
                        """),
                changed(
                        "damage that is met when a file is opened",
                        "store/ChunkOpener.java",
                        "listener.damaged(expected, e.failure());",
                        ""),
                changed(
                        "damage that is met in a block",
                        "store/PublishedFile.java",
                        "watch.listener().damaged(info, damage);",
                        ""),
                changed(
                        "header of a segment",
                        "commit/log/LogSegmentFormat.java",
                        "in.getInt(SEGMENT_CRC_AT) != Crc32c.of(in.slice(0, SEGMENT_CRC_AT))",
                        "false"),
                changed(
                        "header of a batch",
                        "commit/log/LogSegmentFormat.java",
                        "image.getInt(at + BATCH_CRC_AT) != Crc32c.of(image.slice(at, BATCH_CRC_AT))",
                        "false"),
                changed(
                        "body of a batch",
                        "commit/log/LogSegmentFormat.java",
                        "header.bodyCrc() == Crc32c.of(image.slice(at + BATCH_HEADER_BYTES, size - BATCH_HEADER_BYTES))",
                        "true"),
                changed(
                        "number of a batch",
                        "commit/log/LogReplay.java",
                        "any || header.sequence() == lastSequence + 1",
                        "true"),
                without(
                        "batch after a hole",
                        "commit/log/LogReplay.java",
                        "        refuseLaterBatch(image, at, number);"),
                changed(
                        "bytes in two places",
                        "commit/log/LogReplay.java",
                        "remains != null) {\n            throw",
                        "false) {\n            throw"),
                changed("missing segment", "commit/log/LogReplay.java", "number != expected", "false"),
                changed("log of another server", "commit/InquiryRule.java", "return logged ?", "return true ?"),
                without("new id for a new log", "OpenParts.java", "directory.renewLogId();"));
    }

    private static List<DangerousLine> orderings() {
        return List.of(
                changed(
                        "decision before anybody hears of it",
                        "commit/CoordinatedTransaction.java",
                        "coordinator.participant().storage().log().force(decision).whenComplete",
                        "CompletableFuture.<Void>completedFuture(null).whenComplete"),
                changed(
                        "promise or commit before it is told",
                        "commit/ChunkLane.java",
                        "participant\n                .storage()\n                .log()\n                .force(record)",
                        "participant.storage().log().append(record);\n        CompletableFuture.<Void>completedFuture(null)"),
                changed(
                        "removal in the log before the file goes",
                        "commit/ChunkLane.java",
                        "participant.storage().log().force(removal)",
                        "participant.storage().log().append(removal);\n        CompletableFuture.<Void>completedFuture(null)"),
                changed(
                        "promise before the yes",
                        "commit/ParticipantMachine.java",
                        "return open.local()\n                ? new Step(state.with(open.in(Phase.PREPARED))",
                        "return true\n                ? new Step(state.with(open.in(Phase.PREPARED))"),
                changed(
                        "commit in the log before it is visible",
                        "commit/ParticipantMachine.java",
                        "return open.local()\n                    ? new Step(state.with(open.in(Phase.PUBLISHING))",
                        "return true\n                    ? new Step(state.with(open.in(Phase.PUBLISHING))"),
                changed("operator's choice in the log before it is done", "commit/ParticipantMachine.java", """
                                        : new Step(
                                                state.with(open.in(next)),
                                                List.of(new ParticipantEffect.ForceSettledByHand(event.key(), event.commit())));
                        """, """
                                        : event.commit()
                                                ? new Step(
                                                        state.with(open.in(Phase.PUBLISHING)),
                                                        List.of(new ParticipantEffect.Publish(event.key())))
                                                : new Step(
                                                        state.with(null),
                                                        List.of(
                                                                new ParticipantEffect.Discard(event.key()),
                                                                new ParticipantEffect.AnswerCommit(
                                                                        event.key(), CommitReply.NOT_PREPARED)));
                        """),
                changed(
                        "write before force",
                        "commit/log/LogTail.java",
                        "segment.write(batch, position);\n        segment.force();",
                        "segment.force();\n        segment.write(batch, position);"),
                changed(
                        "batch before its records are told durable",
                        "commit/log/LogWriter.java",
                        "        tail.write(batch.stream().map(QueuedRecord::bytes).toList());",
                        """
                                batch.forEach(record -> record.durable().complete(null));
                                tail.write(batch.stream().map(QueuedRecord::bytes).toList());
                        """),
                changed(
                        "file before its name",
                        "commit/log/SegmentSupply.java",
                        "filledBytes == segmentBytes) {",
                        "filledBytes > 0) {"),
                changed("rename before the index", "store/FileChunkStore.java", """
                                    disk.rename(layout.stagedFile(chunk, key), target);
                                    index.advance(info);
                        """, """
                                    index.advance(info);
                                    disk.rename(layout.stagedFile(chunk, key), target);
                        """),
                changed(
                        "file gone before its room is free",
                        "commit/ChunkLane.java",
                        "            participant.storage().store().discard(chunk, key);",
                        """
                                    if (current != null) {
                                        current.forfeit();
                                    }
                                    participant.storage().store().discard(chunk, key);
                        """),
                changed(
                        "checkpoint before segments go",
                        "commit/log/Checkpoints.java",
                        "        long first = writeEntries(entries);",
                        """
                                folder.remove(oldestSegment, tail.segment().number() - 1);
                                oldestSegment = tail.segment().number();
                                long first = writeEntries(entries);
                        """),
                changed(
                        "abort in the log before the bytes go",
                        "commit/ParticipantMachine.java",
                        "List.of(new ParticipantEffect.AppendAborted(key), discard)",
                        "List.of(discard)"));
    }

    private static List<DangerousLine> volumes() {
        return List.of(
                changed(
                        "volume chosen and entered in one step",
                        "Volumes.java",
                        "return claim(home(chunk).orElse(roomy), chunk);",
                        "return claim(roomy, chunk);"),
                changed(
                        "newest version tells where a chunk is",
                        "Volumes.java",
                        "(Volume volume) -> volume.committedVersion(chunk))\n                        .thenComparing(volume -> volume.store()",
                        "(Volume volume) -> volume.parts() == null)\n                        .thenComparing(volume -> volume.store()"),
                changed(
                        "transactions meet where a chunk was until it moves",
                        "Volumes.java",
                        ".thenComparing(volume -> isLeaving(chunk, volume))",
                        ""),
                without("volume that a chunk leaves", "Volumes.java", "leaving.put(order.chunk(), home);"),
                without("volume that has promised a version", "Volumes.java", "leaving.put(chunk, volume);"),
                changed(
                        "promise on the volume that a chunk leaves",
                        "Volumes.java",
                        "if (home.participant().isAtWorkOn(order.chunk())) {",
                        "if (false) {"),
                without("older copy than that of a failed disk", "Volumes.java", "checkNotOlder(order, home);"),
                changed(
                        "same version by another transaction",
                        "Volumes.java",
                        " || (known.equals(order.version()) && other)",
                        ""),
                without(
                        "last copy while another disk has an older one",
                        "Volumes.java",
                        "checkLast(order.chunk(), home);"),
                changed(
                        "nobody at work where a chunk leaves",
                        "Volumes.java",
                        "!from.participant().isAtWorkOn(chunk)\n                    && ",
                        ""),
                changed(
                        "version that is left is the one that was looked at",
                        "Volumes.java",
                        "from.store().stat(chunk).equals(Optional.of(left))",
                        "true"),
                changed(
                        "version that is kept is the one that was read",
                        "Volumes.java",
                        "to.store().stat(chunk).equals(Optional.of(kept))",
                        "true"),
                changed("disk of the kept version is well", "Volumes.java", "to.failed().isEmpty()", "true"),
                changed(
                        "one move of a chunk at a time",
                        "Volumes.java",
                        "moved.putIfAbsent(chunk, to) == null",
                        "moved.put(chunk, to) == null || from != to"),
                changed(
                        "chunk belongs elsewhere while it moves",
                        "Volumes.java",
                        "now != null && candidate.test(now)",
                        "false"),
                changed(
                        "log that has a transaction",
                        "Volumes.java",
                        "volume.participant().holds(key, chunk)",
                        "volume == null"),
                changed(
                        "kept copy is read whole",
                        "DuplicateCopies.java",
                        ": keeper.reads().verify(kept.id());",
                        ": CompletableFuture.completedFuture(kept);"),
                changed(
                        "two copies that contradict each other",
                        "DuplicateCopies.java",
                        "!kept.version().isNewerThan(old.version()) && !same",
                        "false"),
                changed(
                        "newest of two copies is kept",
                        "DuplicateCopies.java",
                        "Comparator.comparing((Volume volume) -> volume.committedVersion(chunk))\n                        .thenComparing(Volume::keepsChunks)",
                        "Comparator.comparing(Volume::keepsChunks)"),
                changed(
                        "copy on a failed disk vouches for nothing",
                        "OwnReplica.java",
                        "\n                        && volume.failed().isEmpty()",
                        ""),
                changed(
                        "retry finds the log of its transaction",
                        "PrimaryStores.java",
                        "volumes.all().stream()\n                .flatMap(volume -> volume.coordinator().remembered",
                        "volumes.all().stream().limit(1)\n                .flatMap(volume -> volume.coordinator().remembered"),
                changed(
                        "directories that know each other join first",
                        "disk/DataDirectories.java",
                        "List.of(true, false)",
                        "List.of(false, true)"));
    }
}
