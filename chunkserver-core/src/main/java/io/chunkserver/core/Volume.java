package io.chunkserver.core;

import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.replication.ReplicationChain;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.space.SpaceWatch;
import io.chunkserver.core.store.ChunkStore;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One data directory of a server with all that belongs to it: chunks, transaction log, space, lanes and disk threads of its own. A chunk is
 * on one volume, with its transactions; so what is promised of one chunk needs one disk, and a disk that fails or hangs takes nothing with
 * it but its own chunks.
 *
 * <p>Thread-safe.
 */
final class Volume {

    private final OpenParts parts;
    private final ChunkReads reads;
    private final KnownTransactions transactions;
    private final Integrity integrity;
    private final LostChunks lost;

    /** Why new chunks go to other volumes while these have room; set by who compares it with them. */
    private volatile Optional<String> slow = Optional.empty();

    private Volume(
            OpenParts parts, ChunkReads reads, KnownTransactions transactions, Integrity integrity, LostChunks lost) {
        this.parts = parts;
        this.reads = reads;
        this.transactions = transactions;
        this.integrity = integrity;
        this.lost = lost;
    }

    /** Looks after what has been opened; {@link #begin} takes up what was open in it. */
    static Volume of(OpenParts parts, LostChunks lost, ScrubConfig scrub, Environment environment) {
        return new Volume(
                parts,
                new ChunkReads(parts.storage().store(), parts.participant(), environment.disk()),
                new KnownTransactions(
                        parts.coordinator(),
                        parts.participant(),
                        parts.storage().log()),
                Integrity.begin(parts, parts.files(), lost, scrub, environment),
                lost);
    }

    void begin() {
        parts.begin();
    }

    DataDirectory directory() {
        return parts.directory();
    }

    ChunkStore store() {
        return parts.storage().store();
    }

    Participant participant() {
        return parts.participant();
    }

    ChainCoordinator coordinator() {
        return parts.coordinator();
    }

    ReplicationChain chain() {
        return parts.chain();
    }

    ChunkReads reads() {
        return reads;
    }

    KnownTransactions transactions() {
        return transactions;
    }

    Integrity integrity() {
        return integrity;
    }

    OpenParts parts() {
        return parts;
    }

    /** Whether the chunk is here, was and is missed, or is about to be. */
    boolean knows(ChunkId chunk) {
        return parts.participant().isAtWorkOn(chunk) || !committedVersion(chunk).equals(ChunkVersion.NONE);
    }

    /** The newest version that is known to be committed here, though its bytes may be missing. */
    ChunkVersion committedVersion(ChunkId chunk) {
        return parts.participant().committedVersion(chunk);
    }

    /** Why the volume is out of service for good, until the server is started again: its disk has failed. */
    Optional<Failure> failed() {
        return parts.admission().closed().filter(why -> why.code() == ErrorCode.DISK_FAILED);
    }

    /** Whether the whole server is drained, or going down. */
    boolean isDrained() {
        return parts.admission()
                .closed()
                .filter(why -> why.code() == ErrorCode.DRAINING)
                .isPresent();
    }

    /** Whether an operator has it emptied: it takes nothing new, and what it has is moved to other volumes. */
    boolean isEmptying() {
        return directory().isEmptying();
    }

    /** Whether what is stored in it is there to stay. */
    boolean keepsChunks() {
        return failed().isEmpty() && !isEmptying();
    }

    /** Why it is slower than the others, if it is. */
    Optional<String> slow() {
        return slow;
    }

    void slow(Optional<String> why) {
        slow = why;
    }

    /** Whether its space lets a new version of this length be stored. */
    boolean hasRoomFor(long maxLengthBytes) {
        SpaceWatch.Sight sight = sight();
        return sight.level().compareTo(SpaceLevel.READ_ONLY) < 0
                && sight.space().availableBytes() >= maxLengthBytes;
    }

    /** Whether it takes new chunks, and why not, or why others come first. */
    Condition condition() {
        SpaceWatch watch = parts.upkeep().watch();
        Condition condition = Condition.of(parts.admission(), parts.calls(), watch, watch.sight());
        if (!condition.takesChunks()) {
            return condition;
        }
        return isEmptying()
                ? new Condition(ServerState.DRAINING, "its chunks are moved to the other directories")
                : new Condition(condition.state(), slow.orElse(condition.reason()));
    }

    /** Its space as it was when somebody looked last, and how full that is. */
    SpaceWatch.Sight sight() {
        return parts.upkeep().watch().sight();
    }

    SpaceSnapshot space() {
        return sight().space();
    }

    DirectoryStatus status() {
        Condition condition = condition();
        SpaceWatch.Sight sight = sight();
        return new DirectoryStatus(
                directory().identity().uuid(),
                toString(),
                condition.state(),
                condition.reason(),
                store().snapshot(),
                transactions.open().size(),
                (int) lost.list().stream()
                        .filter(chunk -> store().missing(chunk).isPresent())
                        .count(),
                sight.space(),
                sight.level(),
                parts.upkeep().driftBytes(),
                slow.isPresent());
    }

    /** Has this hear whenever the volume may have begun or ceased to take chunks. */
    void onCondition(Runnable listener) {
        parts.admission().onClose(listener);
        parts.upkeep().watch().listen(alert -> listener.run());
        parts.calls().listen(listener);
    }

    /** Has this hear once when the disk has failed. */
    void onFailure(Consumer<Volume> listener) {
        AtomicBoolean told = new AtomicBoolean();
        parts.admission().onClose(() -> {
            if (failed().isPresent() && told.compareAndSet(false, true)) {
                listener.accept(this);
            }
        });
    }

    /** Has this hear of every chunk that was published or removed. */
    void onChange(Consumer<ChunkId> listener) {
        parts.changes().listen(listener);
    }

    /** Begins nothing new, and answers so. */
    void stop(Failure why) {
        integrity.stop();
        parts.admission().close(why);
    }

    /** To be called when nothing that was begun is under way any more: answers who still waits for a transaction. */
    void end(Failure why) {
        parts.coordinator().close(why);
    }

    /** Closes everything and unlocks the directory. */
    void close() throws IOException {
        integrity.close();
        parts.close();
    }

    @Override
    public String toString() {
        return parts.directory().toString();
    }
}
