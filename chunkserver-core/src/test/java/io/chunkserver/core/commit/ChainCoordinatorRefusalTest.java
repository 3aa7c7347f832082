package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a coordinator does not begin, and how it answers a retry without beginning anything (A3). */
class ChainCoordinatorRefusalTest extends CoordinatorOnMemoryDisk {

    private static final ChunkId OTHER = ChunkId.parse("dir/other#0");

    @Test
    void aServerThatIsClosedBeginsNothingAndSaysWhy() {
        admission.close(Failure.of(ErrorCode.DRAINING, "the server is being drained"));

        ChunkWriter writer = store();

        Failure why = failure(writer);
        assertThat(why.code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(why.server()).contains(self.id());
        assertThat(why.transaction()).isPresent();
        assertThat(prepared).isEmpty();
    }

    @Test
    void aStoreThatComesWhileTheServerClosesIsRefusedAndLeavesNothingOpen() {
        life.end();

        ChunkWriter writer = begin(request(CHUNK, null));

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(coordinator.open()).isEmpty();
        assertThat(b.cancellations()).isPositive();
    }

    private StoreRequest placedIn(long epoch) {
        return request(CHUNK, null).placedIn(epoch);
    }

    @Test
    void whatAReplacedMasterHasPlacedIsNotBegun() {
        admission.admitPlacements(epoch -> epoch >= 2);

        ChunkWriter writer = begin(placedIn(1));

        Failure why = failure(writer);
        assertThat(why.code()).isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(why.message()).contains(CHUNK.toString()).contains("epoch 1");
        assertThat(why.server()).contains(self.id());
        assertThat(prepared).isEmpty();
        store(begin(placedIn(2)));
        store(begin(placedIn(0)));
    }

    /** It may have been decided already: a refusal would be taken for its outcome. */
    @Test
    void aTryIsBusyAlsoWhenItsMasterIsReplacedWhileAnEarlierOneIsOpen() {
        StoreRequest request = placedIn(1);
        ChunkWriter first = begin(request);
        send(first);
        admission.admitPlacements(epoch -> epoch >= 2);

        assertThat(failure(begin(request)).code()).isEqualTo(ErrorCode.BUSY);
    }

    private void store(ChunkWriter writer) {
        send(writer);
        time.runFor(QUIET);
        receipt(writer);
    }

    /** The members have promised, and hear that it was not decided; this server's own promise goes too. */
    @Test
    void whatAReplacedMasterHasPlacedIsNotDecidedWhenThatIsHeardAfterTheVotes() throws IOException {
        AtomicLong newest = new AtomicLong(1);
        admission.admitPlacements(epoch -> epoch >= newest.get());
        ChunkWriter writer = begin(placedIn(1));
        script = operation -> {
            if (operation.kind() == Kind.FORCE) {
                newest.set(2);
            }
            return DiskFault.NONE;
        };

        send(writer);
        time.runFor(QUIET);

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(storage.store().stat(CHUNK)).isEmpty();
        assertThat(storage.store().staged()).isEmpty();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void whatIsWrittenToARefusedStoreIsThrownAway() {
        ChunkWriter writer = begin(request(CHUNK, new ChunkVersion(7)));

        assertThat(writer.write(CheckedBlock.of(ByteBuffer.allocate(1))).toCompletableFuture())
                .isCompleted();
        assertThat(failure(writer).code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
        assertThat(prepared).isEmpty();
    }

    @Test
    void asManyTransactionsAsAllowedAreOpenAtATime() {
        ChunkWriter first = begin(request(CHUNK, null));
        ChunkWriter second = begin(request(OTHER, null));
        ChunkWriter third = begin(request(ChunkId.parse("dir/third#0"), null));

        assertThat(failure(third).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(coordinator.open()).hasSize(MAX_OPEN);
        send(first);
        send(second);
        time.runFor(QUIET);
        receipt(first);
        receipt(second);
        send(begin(request(CHUNK, null)));
        assertThat(coordinator.open()).hasSize(1);
    }

    @Test
    void aTryIsBusyWhileAnEarlierOneOfTheSameTransactionIsOpen() {
        StoreRequest request = request(CHUNK, null);
        begin(request);

        assertThat(failure(begin(request)).code()).isEqualTo(ErrorCode.BUSY);
        assertThat(prepared).hasSize(1);
    }

    @Test
    void aRetryHearsWhoShowsTheVersion() {
        StoreRequest request = request(CHUNK, null);
        send(begin(request));
        time.runFor(QUIET);

        assertThat(receipt(begin(request)).applied()).containsExactly(self.id());
        store();
        time.runFor(QUIET);
        assertThat(receipt(begin(request)).applied())
                .as("a later version is there")
                .containsExactly(self.id());
        assertThat(prepared).hasSize(2);
    }

    /** It may have been applied already, and nobody remembers. */
    @Test
    void aRetryFromBeforeTheMemoryOfOutcomesIsNotApplied() {
        StoreRequest request = request(CHUNK, null);
        send(begin(request));
        time.runFor(QUIET);
        for (int later = 0; later < MEMORY; later++) {
            store();
            time.runFor(QUIET);
        }

        Failure why = failure(begin(request));
        assertThat(why.code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(why.transaction()).contains(request.transaction());
        assertThat(prepared).hasSize(1 + MEMORY);
    }

    @Test
    void aRetryIsNotToldThatAVersionIsVisibleWhileTheOneBeforeIs() {
        store();
        time.runFor(QUIET);
        StoreRequest request = request(CHUNK, null);
        ChunkWriter writer = begin(request);
        script = operation -> operation.kind() == Kind.RENAME ? DiskFault.IO_ERROR : DiskFault.NONE;
        send(writer);
        time.runFor(LONG);

        assertThat(receipt(writer).applied())
                .containsExactly(b.member().id(), c.member().id());
        assertThat(receipt(begin(request)).applied()).isEmpty();
    }

    @Test
    void whatIsNotThereCannotBeDeleted() {
        assertThat(failure(begin(delete())).code()).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        store();
        time.runFor(QUIET);
        ChunkWriter first = begin(delete());
        first.finish(0, 0);
        time.runFor(QUIET);

        assertThat(receipt(first).version()).isEqualTo(new ChunkVersion(2));
        assertThat(failure(begin(delete())).code()).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
    }

    private StoreRequest delete() {
        return new StoreRequest(transaction(), CHUNK, true, 0, null, Attributes.NONE, Durability.SYNC, TIMEOUT);
    }

    @Test
    void aTransactionThatWasCommittedIsNotTakenForAnotherRequest() {
        StoreRequest request = request(CHUNK, null);
        send(begin(request));
        time.runFor(QUIET);

        assertMisused(request.transaction(), OTHER, false);
        assertMisused(request.transaction(), CHUNK, true);
        assertThat(prepared).hasSize(1);
    }

    private void assertMisused(TransactionId transaction, ChunkId chunk, boolean tombstone) {
        Failure why = failure(begin(new StoreRequest(
                transaction,
                chunk,
                tombstone,
                tombstone ? 0 : LENGTH,
                null,
                Attributes.NONE,
                Durability.SYNC,
                TIMEOUT)));
        assertThat(why.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(why.transaction()).contains(transaction);
        assertThat(why.server()).contains(self.id());
    }

    /** The client must hear of an abort before it gives up by itself. */
    @Test
    void membersHaveLessTimeThanTheClient() {
        begin(new StoreRequest(
                transaction(), CHUNK, false, LENGTH, null, Attributes.NONE, Durability.SYNC, Duration.ofSeconds(60)));
        begin(new StoreRequest(
                transaction(), OTHER, false, LENGTH, null, Attributes.NONE, Durability.SYNC, Duration.ofSeconds(1)));

        assertThat(prepared)
                .extracting(PrepareRequest::timeout)
                .containsExactly(Duration.ofMillis(59_500), Duration.ofMillis(900));
    }
}
