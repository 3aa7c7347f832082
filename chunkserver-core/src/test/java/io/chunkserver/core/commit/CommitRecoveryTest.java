package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitRecovery.InDoubt;
import io.chunkserver.core.commit.CommitRecovery.Report;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import io.chunkserver.core.testkit.StorageOnDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a start makes of staged files and of the log: the log is the truth, and nothing that is lost is taken for fine. */
@ExtendWith(ExpectedErrors.class)
class CommitRecoveryTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final MemoryDisk memory = new MemoryDisk();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private Storage storage;
    private ChunkStore store;

    @BeforeEach
    void open() throws IOException {
        storage = StorageOnDisk.open(memory, time.life(Duration.ofMillis(1)).environment());
        store = storage.store();
    }

    @Test
    void whatIsCommittedIsPublishedInTheOrderOfVersions() throws IOException {
        for (int base = 0; base < 3; base++) {
            Prepared promise = promise(base);
            stage(promise);
            force(promise, LogRecords.committed(promise));
        }

        Report report = recover();

        assertThat(published()).isEqualTo(3);
        assertThat(store.staged()).isEmpty();
        assertThat(report.lost()).isEmpty();
        assertThat(report.inDoubt()).isEmpty();
    }

    @Test
    void whatIsPublishedAgainOutlivesAPowerLoss() throws IOException {
        Prepared promise = promise(0);
        stage(promise);
        force(promise, LogRecords.committed(promise));
        recover();
        memory.crash();

        store = FileChunkStore.open(memory, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void whatIsPromisedIsKeptAndReportedWithItsSize() throws IOException {
        Prepared promise = promise(0);
        ChunkInfo staged = stage(promise);
        force(promise);

        assertThat(recover().inDoubt()).containsExactly(new InDoubt(promise, staged.storedBytes()));
        assertThat(store.staged()).hasSize(1);
        assertThat(published()).isZero();
    }

    @Test
    void aPromiseWhoseFileIsGoneIsReportedToo() throws IOException {
        Prepared promise = promise(0);
        force(promise);

        assertThat(recover().inDoubt()).containsExactly(new InDoubt(promise, 0));
    }

    @Test
    void whatNobodyWasPromisedIsRemoved() throws IOException {
        stage(promise(0));

        recover();

        assertThat(store.staged()).isEmpty();
        assertThat(published()).isZero();
    }

    @Test
    void aPromiseThatANewerAttemptMadeVoidIsAbortedInTheLog() throws IOException {
        Prepared first = promise(0, new Attempt(1, 1));
        Prepared second = promise(0, new Attempt(1, 2));
        stage(first);
        stage(second);
        force(first, second);

        Report report = recover();
        time.runFor(QUIET);

        assertThat(report.inDoubt()).extracting(InDoubt::prepared).containsExactly(second);
        assertThat(storage.log().table().inDoubt()).containsExactly(second);
        assertThat(store.staged())
                .singleElement()
                .satisfies(kept -> assertThat(kept.key()).isEqualTo(key(second)));
    }

    @Test
    void aPromiseThatACopyHasOvertakenIsAbortedInTheLog() throws IOException {
        Prepared promise = promise(0, new Attempt(1, 1));
        Prepared copied = promise(0, new Attempt(1, 2));
        stage(promise);
        force(promise);
        stage(copied);
        store.publish(CHUNK, key(copied));

        Report report = recover();
        time.runFor(QUIET);

        assertThat(report.inDoubt()).isEmpty();
        assertThat(storage.log().table().inDoubt()).isEmpty();
        assertThat(store.staged()).isEmpty();
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void alsoWhenTheVersionThatReplacedItIsMissing() throws IOException {
        Prepared old = promise(0);
        Prepared current = promise(1);
        stage(current);
        ChunkInfo damaged = store.publish(CHUNK, key(current)).info();
        memory.delete(ChunkFiles.of(CHUNK));
        assertThat(store.withdraw(damaged)).isPresent();
        stage(old);
        force(old, LogRecords.committed(old), current, LogRecords.committed(current));

        Report report = recover();

        assertThat(published()).isZero();
        assertThat(store.staged()).isEmpty();
        assertThat(report.lost()).extracting(CommitRecovery.Lost::version).containsExactly(damaged.version());
    }

    @Test
    void theStagedNameOfAVersionThatWasReplacedIsRemoved() throws IOException {
        Prepared old = promise(0);
        Prepared current = promise(1);
        stage(current);
        store.publish(CHUNK, key(current));
        stage(old);
        force(old, LogRecords.committed(old), current, LogRecords.committed(current));

        Report report = recover();

        assertThat(published()).isEqualTo(2);
        assertThat(store.staged()).isEmpty();
        assertThat(report.lost()).isEmpty();
    }

    @Test
    void aCommittedVersionThatIsNowhereIsReportedAsLost() throws IOException {
        Prepared promise = promise(0);
        force(promise, LogRecords.committed(promise));

        assertThat(recover().lost()).extracting(CommitRecovery.Lost::chunk).containsExactly(CHUNK);
    }

    @Test
    void aChunkWhoseNewestCommittedVersionIsNotHereIsReportedAsLost() throws IOException {
        Prepared kept = promise(0);
        Prepared gone = promise(1);
        stage(kept);
        force(kept, LogRecords.committed(kept), gone, LogRecords.committed(gone));

        assertThat(recover().lost()).extracting(CommitRecovery.Lost::chunk).containsExactly(CHUNK);
        assertThat(published())
                .as("an older version than was committed is not served")
                .isZero();
        assertThat(store.committedVersion(CHUNK)).isEqualTo(new ChunkVersion(2));
    }

    /** Else a store after the log has forgotten it would begin below it (guarantee I2). */
    @Test
    void whatIsLostStaysCommittedWhenTheLogHasForgottenIt() throws IOException {
        Prepared promise = promise(4);
        force(promise, LogRecords.committed(promise));
        recover();

        store.close();
        memory.crash();
        store = FileChunkStore.open(memory, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);

        assertThat(store.committedVersion(CHUNK)).isEqualTo(new ChunkVersion(5));
    }

    /** As after its time, while its outcome is remembered. */
    @Test
    void aTombstoneThatWasRemovedIsNotLost() throws IOException {
        Prepared delete = LogRecords.preparedDelete(1);
        force(delete, LogRecords.committed(delete), LogRecords.removed(delete));

        assertThat(recover().lost()).isEmpty();
    }

    /** Else the versions of its chunk would begin anew (guarantee I2). */
    @Test
    void aTombstoneThatIsNowhereIsLost() throws IOException {
        Prepared delete = LogRecords.preparedDelete(1);
        force(delete, LogRecords.committed(delete));

        assertThat(recover().lost()).containsExactly(new CommitRecovery.Lost(delete.chunk(), new ChunkVersion(2)));
        assertThat(store.committedVersion(delete.chunk())).isEqualTo(new ChunkVersion(2));
    }

    @Test
    void aCopyThatWasGivenUpIsNotLostAndNeitherIsAVersionBeforeIt() throws IOException {
        for (int base = 0; base < 2; base++) {
            force(promise(base), LogRecords.committed(promise(base)));
        }
        force(LogRecords.removed(promise(1)));

        assertThat(recover().lost()).isEmpty();
    }

    @Test
    void aVersionThatWasStoredAfterACopyWasGivenUpIsLostWhenItIsMissing() throws IOException {
        force(promise(0), LogRecords.committed(promise(0)), LogRecords.removed(promise(0)));
        force(promise(1), LogRecords.committed(promise(1)));

        assertThat(recover().lost())
                .containsExactly(
                        new CommitRecovery.Lost(CHUNK, promise(1).base().next()));
    }

    private Report recover() throws IOException {
        return CommitRecovery.run(store, storage.log());
    }

    private long published() {
        return store.stat(CHUNK)
                .map(ChunkInfo::version)
                .orElse(ChunkVersion.NONE)
                .number();
    }

    private ChunkInfo stage(Prepared promise) throws IOException {
        CheckedBlock block = CheckedBlock.of(ByteBuffer.allocate(10));
        try (StagedChunk staged = store.stage(new StageRequest(
                promise.chunk(),
                promise.base().next(),
                key(promise),
                promise.epoch(),
                false,
                Attributes.NONE,
                Durability.SYNC))) {
            staged.write(block);
            return staged.finish(10, block.crc32c());
        }
    }

    private void force(LogRecord... records) {
        for (LogRecord record : records) {
            CompletableFuture<Void> durable = storage.log().force(record).toCompletableFuture();
            time.runFor(QUIET);
            assertThat(durable).isCompleted();
        }
    }

    private static StageKey key(Prepared promise) {
        return new StageKey(promise.transaction(), promise.attempt());
    }

    private static Prepared promise(long base) {
        return promise(base, new Attempt(1, 1));
    }

    /** To store the next version of the chunk; each base has a transaction of its own. */
    private static Prepared promise(long base, Attempt attempt) {
        Prepared numbered = LogRecords.prepared(base, attempt);
        return new Prepared(
                numbered.transaction(),
                attempt,
                CHUNK,
                new ChunkVersion(base),
                numbered.epoch(),
                false,
                numbered.durability(),
                numbered.lengthBytes(),
                numbered.crc32c(),
                numbered.chain(),
                numbered.coordinatorLogId());
    }
}
