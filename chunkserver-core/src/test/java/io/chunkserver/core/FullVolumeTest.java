package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceThresholds;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with two disks, one of which others have filled: its chunks can be stored anew. In simulated time. */
class FullVolumeTest extends ServerOnTwoDisks {

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aChunkOfAFullDiskMovesToTheOtherAndIsStoredThere(int disk) throws IOException {
        int number = chunkOn(disk);
        int others = chunksOn(disk) - 1;
        leave(disk, 0);
        assertFailed(ErrorCode.BUSY, "is being moved", () -> store(number));
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(disk))
                .as("those of which nothing is to be stored stay")
                .isEqualTo(others);
        assertReadable(number);
        assertThat(store(number).version()).isEqualTo(new ChunkVersion(2));
        assertReadable(number);
        assertThat(server.status().store().chunks())
                .isEqualTo(server.list("", null, 100).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aMemberOfAChainHasItsChunkMoveToo(int disk) throws IOException {
        int number = chunkOn(disk);
        leave(disk, 0);
        Failure refusal =
                prepare(new TransactionId("other", 1, 1), number).why().orElseThrow();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BUSY);
        assertThat(refusal.message()).contains("is being moved");
        time.runFor(LONG_ENOUGH);

        TransactionId transaction = promise(number);
        assertThat(commit(transaction, number)).isEqualTo(CommitReply.APPLIED);
        assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
    }

    @Test
    void whereNoDiskHasRoomAStoreIsRefusedForGood() throws IOException {
        int number = chunkOn(1);
        int before = chunksOn(1);
        leave(0, 0);
        leave(1, 0);
        assertNoRoom(number);

        assertThat(chunksOn(1)).isEqualTo(before);
        assertThat(server.status().directories().get(0).openTransactions()).isZero();
    }

    /** Moved without room for the new version it would only be in another full directory. */
    @Test
    void theOtherDiskNeedsRoomForTheOldVersionAndTheNewOne() throws IOException {
        int number = chunkOn(1);
        int before = chunksOn(1);
        leave(0, LENGTH + LENGTH / 2);
        leave(1, 0);
        assertNoRoom(number);
        time.runFor(LONG_ENOUGH);
        assertThat(chunksOn(1)).isEqualTo(before);
    }

    private void assertNoRoom(int number) {
        try {
            store(number);
            throw new AssertionError("it was stored");
        } catch (CompletionException e) {
            assertThat(ChunkServerException.from(e).code()).isIn(ErrorCode.INSUFFICIENT_SPACE, ErrorCode.READ_ONLY);
        }
    }

    @Test
    void aChunkMovesThereAndBack() throws IOException {
        int number = chunkOn(0);
        leave(0, 0);
        assertFailed(ErrorCode.BUSY, "is being moved", () -> store(number));
        leave(0, 100L * LENGTH);
        leave(1, 0);
        int others = chunksOn(0);
        assertFailed(ErrorCode.BUSY, "is being moved", () -> store(number));
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(0)).isEqualTo(others + 1);
        assertThat(store(number).version()).isEqualTo(new ChunkVersion(2));
    }

    /** It makes room where the chunk is. */
    @Test
    void aChunkOfAFullDiskIsDeletedThere() throws IOException {
        int number = chunkOn(1);
        leave(1, 0);
        delete(number);
        assertThat(server.stat(chunk(number))).isEmpty();
    }

    /** Who was told to wait may never come again. */
    @Test
    void aMoveThatFailsIsNotTriedForEver() throws IOException {
        int number = chunkOn(1);
        leave(1, 0);
        assertFailed(ErrorCode.BUSY, "is being moved", () -> store(number));
        leave(0, 0);
        time.runFor(LONG_ENOUGH.multipliedBy(2));
        int before = chunksOn(0);
        leave(0, 100L * LENGTH);
        time.runFor(LONG_ENOUGH.multipliedBy(2));
        assertThat(chunksOn(0)).isEqualTo(before);
    }

    @Test
    void aChunkDoesNotMoveToADirectoryThatIsEmptied() throws IOException {
        int number = chunkOn(1);
        empty(0, true);
        leave(1, 0);
        assertNoRoom(number);
    }

    /** Beside the chunks both have much room, and the server itself needs some. */
    @Test
    void aNewChunkGoesWhereItFits() throws IOException {
        leave(0, LENGTH);
        leave(1, 1000L * LENGTH);
        assertThat(server.status().directories().get(0).reason()).isEmpty();
        for (int number = 0; number < 20; number++) {
            assertThat(storedOn(number)).isEqualTo(1);
        }
    }

    /** The last of its space is kept for what is open already. */
    @Test
    void aDirectoryThatIsNearlyFullIsLeftToo() throws IOException {
        int number = chunkOn(1);
        stop();
        SpaceThresholds early = new SpaceThresholds(5, 10, 90, 0);
        open(
                ChunkServerConfig.DEFAULT.withSpace(
                        new SpaceConfig(early, ChunkServerConfig.DEFAULT.space().tombstoneAge())),
                0,
                1);
        leave(1, 3L * LENGTH);
        assertThat(server.status().directories().get(1).spaceLevel()).isEqualTo(SpaceLevel.READ_ONLY);
        assertThat(server.status().spaceLevel()).as("as full as the emptiest").isEqualTo(SpaceLevel.NORMAL);
        assertFailed(ErrorCode.BUSY, "is being moved", () -> store(number));
        time.runFor(LONG_ENOUGH);
        assertThat(store(number).version()).isEqualTo(new ChunkVersion(2));
    }
}
