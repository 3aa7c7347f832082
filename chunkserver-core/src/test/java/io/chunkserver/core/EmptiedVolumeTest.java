package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with two disks, one of which an operator has emptied. In simulated time. */
class EmptiedVolumeTest extends ServerOnTwoDisks {

    @Test
    void anEmptiedDirectoryCanBeLeftOut() throws IOException {
        for (int number = 0; number < 12; number++) {
            store(number);
        }
        delete(11);
        UUID emptied = directory(1);
        assertThat(chunksOn(1)).isPositive();
        server.emptyDirectory(emptied, true);
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(1)).isZero();
        assertThat(server.status().directories().get(1).state()).isEqualTo(ServerState.DRAINING);
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        for (int number = 20; number < 26; number++) {
            assertThat(storedOn(number)).isZero();
        }
        server.close();
        server = ChunkServer.builder(disk(0))
                .giveUpDirectory(emptied)
                .replicas(others)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        for (int number = 0; number < 11; number++) {
            assertReadable(number);
        }
        assertThat(server.stat(chunk(11))).isEmpty();
        assertThat(server.status().store().tombstones()).isEqualTo(1);
    }

    @Test
    void emptyingGoesOnAfterARestartAndEndsWhenItIsTakenBack() throws IOException {
        int moved = chunkOn(1);
        UUID emptied = directory(1);
        server.emptyDirectory(emptied, true);
        server.close();
        start(0, 1);
        assertThat(chunksOn(1)).isZero();
        assertReadable(moved);

        server.emptyDirectory(emptied, false);
        time.runFor(LONG_ENOUGH);
        assertThat(chunkOn(1)).isPositive();
    }

    /** Each store goes where the chunk is at that moment, and none is refused for it. */
    @Test
    void chunksAreStoredWhileTheirDirectoryIsEmptied() throws IOException {
        List<Integer> there = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            if (storedOn(number) == 1) {
                there.add(number);
            }
        }
        server.emptyDirectory(directory(1), true);
        for (int round = 0; round < 3; round++) {
            there.forEach(this::store);
        }
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(1)).isZero();
        for (int number : there) {
            assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(4));
            assertReadable(number);
        }
        assertThat(server.status().store().chunks()).isEqualTo(12);
    }

    /** The copy takes some seconds; a store that was begun where the chunk was is still under way when it has come. */
    @Test
    void aStoreThatWasBegunBeforeAMoveMeetsOneThatComesAfterIt() throws IOException {
        int moving = chunkOn(1);
        server.emptyDirectory(directory(1), true);
        ChunkWriter first = null;
        int before = chunksOn(0);
        for (int step = 0; step < 100 && chunksOn(0) == before; step++) {
            if (first == null && staged(0) > 0) {
                first = begin(moving);
            }
            time.runFor(Duration.ofMillis(20));
        }
        assertThat(chunksOn(0)).as("the copy has come").isGreaterThan(before);
        ChunkWriter second = begin(moving);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        first.finish(0, 0);
        time.runFor(LONG_ENOUGH.multipliedBy(3));
        assertThat(now(first.receipt()).version()).isEqualTo(new ChunkVersion(2));
        assertThat(server.stat(chunk(moving)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
        assertThat(chunksOn(1)).isZero();
    }

    @Test
    void theLastDirectoryIsNotEmptiedNorOneThatIsNotThere() throws IOException {
        UUID first = directory(0);
        UUID second = directory(1);
        UUID unknown = new UUID(1, 2);
        server.emptyDirectory(first, true);
        assertThatThrownBy(() -> server.emptyDirectory(second, true))
                .isInstanceOf(ChunkServerException.InvalidRequest.class)
                .hasMessageContaining("no other data directory");
        assertThatThrownBy(() -> server.emptyDirectory(unknown, true))
                .isInstanceOf(ChunkServerException.InvalidRequest.class)
                .hasMessageContaining(unknown.toString());
        assertThat(storedOn(1)).isEqualTo(1);
    }

    @Test
    void aDamagedChunkOfAnEmptiedDirectoryIsCopiedToTheOther() throws IOException {
        int number = chunkOn(1);
        ChunkInfo version = server.stat(chunk(number)).orElseThrow();
        damage(1);
        assertThatThrownBy(() -> await(server.verify(chunk(number)).toCompletableFuture()))
                .isInstanceOf(CompletionException.class);
        time.runFor(LONG_ENOUGH);
        server.emptyDirectory(directory(1), true);
        time.runFor(LONG_ENOUGH);
        assertThat(server.status().directories().get(1).isEmpty())
                .as("empty while a chunk of it is missed")
                .isFalse();
        orderCopy(version, content(number));

        assertReadable(number);
        assertThat(server.status().lostChunks()).isEmpty();
        assertThat(server.status().directories().get(1).isEmpty()).isTrue();
    }

    @Test
    void aDirectoryWithAnOpenTransactionIsNotEmpty() throws IOException {
        ChunkWriter open = begin(1);
        int disk = staged(0) > 0 ? 0 : 1;
        server.emptyDirectory(directory(disk), true);
        time.runFor(Duration.ofSeconds(5));
        assertThat(server.status().directories().get(disk).isEmpty()).isFalse();
        open.finish(0, 0);
        time.runFor(LONG_ENOUGH);
        assertThat(server.status().directories().get(disk).isEmpty()).isTrue();
        assertThat(now(open.receipt()).version()).isEqualTo(new ChunkVersion(1));
    }

    /** The copy is published, and then its folder cannot be forced: a power loss would take its name. */
    @Test
    void aCopyThatIsNotDurableTakesNothingsPlace() throws IOException {
        int moving = chunkOn(1);
        int there = chunksOn(1);
        publicationsFail = true;
        server.emptyDirectory(directory(1), true);
        time.runFor(LONG_ENOUGH);

        assertThat(server.status().directories().get(0).state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(chunksOn(1)).isEqualTo(there);
        assertReadable(moving);
    }

    /** When the operator has changed his mind both disks may keep the chunk, and have the same version of it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aStoreThatWasBegunBeforeAMoveMeetsOneThatComesAfterTheMoveWasTakenBack(int disk) throws IOException {
        int moving = chunkOn(disk);
        server.emptyDirectory(directory(disk), true);
        ChunkWriter first = null;
        int before = chunksOn(1 - disk);
        for (int step = 0; step < 100 && chunksOn(1 - disk) == before; step++) {
            if (first == null && staged(1 - disk) > 0) {
                first = begin(moving);
            }
            time.runFor(Duration.ofMillis(20));
        }
        assertThat(chunksOn(1 - disk)).as("the copy has come").isGreaterThan(before);
        server.emptyDirectory(directory(disk), false);
        ChunkWriter second = begin(moving);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        first.finish(0, 0);
        time.runFor(LONG_ENOUGH.multipliedBy(3));
        assertThat(now(first.receipt()).version()).isEqualTo(new ChunkVersion(2));
        assertThat(server.stat(chunk(moving)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
        assertThat(server.status().store().chunks())
                .as("no chunk is on both disks")
                .isEqualTo(server.list("", null, 100).size());
    }

    /** The promise tells where the chunk belongs, though after a restart nothing else does. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aPromiseThatWasMadeBeforeAMoveIsMetAfterARestart(int disk) throws IOException {
        int moving = chunkOn(disk);
        server.emptyDirectory(directory(disk), true);
        int before = chunksOn(1 - disk);
        for (int step = 0; step < 100 && staged(1 - disk) == 0; step++) {
            time.runFor(Duration.ofMillis(20));
        }
        TransactionId promised = promise(moving);
        time.runFor(Duration.ofSeconds(5));
        assertThat(chunksOn(1 - disk)).as("the copy has come").isGreaterThan(before);
        server.close();
        start(0, 1);
        server.emptyDirectory(directory(disk), false);
        ChunkWriter second = begin(moving);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        assertThat(commit(promised, moving)).isEqualTo(CommitReply.APPLIED);
        time.runFor(LONG_ENOUGH.multipliedBy(3));
        assertThat(server.stat(chunk(moving)).orElseThrow().transaction()).isEqualTo(promised);
        assertThat(server.status().store().chunks())
                .isEqualTo(server.list("", null, 100).size());
    }

    /** What was promised is decided first: else it would be committed over a newer version. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void noCopyComesWhileATransactionIsOpenOnTheEmptiedDisk(int disk) throws IOException {
        int number = chunkOn(disk);
        TransactionId promised = promise(number);
        empty(disk, true);
        ChunkInfo here = server.stat(chunk(number)).orElseThrow();
        orderCopy(
                new ChunkInfo(
                        here.id(),
                        new ChunkVersion(5),
                        new TransactionId("newer", 1, 1),
                        here.epoch(),
                        here.lengthBytes(),
                        here.crc32c(),
                        here.storedBytes(),
                        false),
                content(number));

        assertThat(server.stat(chunk(number))).contains(here);
        assertThat(commit(promised, number)).isEqualTo(CommitReply.APPLIED);
        assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
    }
}
