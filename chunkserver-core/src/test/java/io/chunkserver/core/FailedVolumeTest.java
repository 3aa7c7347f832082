package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with two disks: what is left of it when one of them fails. In simulated time. */
class FailedVolumeTest extends ServerOnTwoDisks {

    @Test
    void oneDiskFailsAndTheOtherGoesOn() throws IOException {
        int lost = chunkOn(1);
        int kept = chunkOn(0);
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "/f#" + lost, () -> store(lost));

        for (int number = 0; number < 5; number++) {
            assertThat(storedOn(number)).isZero();
        }
        store(kept);
        assertReadable(kept);
        assertReadable(lost);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        assertThat(server.status().reason()).contains("Input/output error");
    }

    /** Both disks have the same name here: the id tells which it is. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFailedDiskIsToldWithItsDirectoryAndWhatToDo(int failed) throws IOException {
        int lost = chunkOn(failed);
        String id = directory(failed).toString();
        fail(failed);
        for (String chunk : List.of("/f#" + lost, id, "memory disk (" + id + ")")) {
            assertFailed(ErrorCode.DISK_FAILED, chunk, () -> store(lost));
        }
        assertThat(server.status().directories().get(failed).reason())
                .containsOnlyOnce("memory disk (" + id + ")")
                .contains("--give-up-directory " + id);
        assertThat(server.status().directories().get(1 - failed).reason()).isEmpty();
    }

    @Test
    void mastersHearThatTheChunksOfAFailedDiskAreGone() throws IOException {
        int lost = chunkOn(1);
        int kept = chunkOn(0);
        assertThat(lastFullReport()).contains(chunk(kept), chunk(lost));
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        time.runFor(LONG_ENOUGH);

        assertThat(lastFullReport()).contains(chunk(kept)).doesNotContain(chunk(lost));
        assertThat(master.heartbeats().get(master.heartbeats().size() - 1).state())
                .isEqualTo(ServerState.READY);
    }

    @Test
    void aCopyOfALostChunkComesToTheOtherDiskAndIsStoredOnThere() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo version = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        orderCopy(version, content(lost));

        assertThat(server.stat(chunk(lost))).contains(version);
        store(lost);
        assertThat(server.stat(chunk(lost)).orElseThrow().version())
                .isEqualTo(version.version().next());
        assertReadable(lost);
        assertThat(lastFullReport()).contains(chunk(lost));
    }

    @Test
    void anOlderCopyOfALostChunkIsRefused() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo older = server.stat(chunk(lost)).orElseThrow();
        store(lost);
        ChunkInfo newer = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        int before = chunksOn(0);
        orderCopy(older, content(lost));

        assertThat(server.stat(chunk(lost))).contains(newer);
        assertThat(chunksOn(0)).isEqualTo(before);
    }

    @Test
    void withoutADiskThatWorksTheServerIsReadOnly() throws IOException {
        int one = chunkOn(1);
        int other = chunkOn(0);
        fail(0);
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(one));
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(other));

        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(7));
        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        assertReadable(one);
        assertReadable(other);
    }

    @Test
    void aDeletionIsKeptAsLongAsAFailedDiskHasTheChunk() throws IOException {
        ChunkInfo version = copied(1);
        delete(version.id().index());
        ChunkInfo tombstone = reportedTombstone(version.id());
        master.order(new Order.Remove(
                tombstone.id(), tombstone.version(), tombstone.transaction(), List.of(source.member())));
        source.publish(tombstone, Attributes.NONE, new byte[0]);
        time.runFor(LONG_ENOUGH);

        assertThat(server.stat(version.id())).isEmpty();
        stop();
        failing[1] = false;
        start(0, 1);
        assertThat(server.stat(version.id())).isEmpty();
        assertThat(lastFullReport()).contains(version.id());
    }

    private ChunkInfo reportedTombstone(ChunkId chunk) {
        lastFullReport();
        return master.reports().stream()
                .flatMap(report -> report.present().stream())
                .filter(info -> info.id().equals(chunk) && info.tombstone())
                .findFirst()
                .orElseThrow();
    }

    /** Nobody writes to it, and its master hears all the same. */
    @Test
    void aDiskThatIsNotThereAnyMoreIsFoundOut() throws IOException {
        int lost = chunkOn(1);
        unmounted = true;
        time.runFor(LONG_ENOUGH);

        assertThat(server.status().directories().get(1).state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(server.status().directories().get(1).reason()).contains("is its file system mounted?");
        assertThat(lastFullReport()).doesNotContain(chunk(lost));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCopyOfTheSameVersionByAnotherTransactionIsRefused(int failed) throws IOException {
        int lost = chunkOn(failed);
        ChunkInfo here = server.stat(chunk(lost)).orElseThrow();
        fail(failed);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        int before = chunksOn(1 - failed);
        orderCopy(
                new ChunkInfo(
                        here.id(),
                        here.version(),
                        new TransactionId("other", 1, 1),
                        here.epoch(),
                        here.lengthBytes(),
                        here.crc32c(),
                        here.storedBytes(),
                        false),
                content(lost));

        assertThat(server.stat(chunk(lost))).contains(here);
        assertThat(chunksOn(1 - failed)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theRoomOfAFailedDiskIsNotTheServers(int failed) throws IOException {
        int lost = chunkOn(failed);
        leave(0, 20L * LENGTH);
        leave(1, 30L * LENGTH);
        assertThat(server.status().space().availableBytes())
                .isEqualTo(available(0) + available(1))
                .isPositive();
        fail(failed);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));

        assertThat(server.status().space().availableBytes())
                .isEqualTo(available(1 - failed))
                .isPositive();
    }

    private long available(int disk) {
        return server.status().directories().get(disk).space().availableBytes();
    }

    /** It may have come there unforced. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFailedDiskVouchesForNothing(int failed) throws IOException {
        int lost = chunkOn(failed);
        int kept = chunkOn(1 - failed);
        ChunkInfo gone = server.stat(chunk(lost)).orElseThrow();
        ChunkInfo here = server.stat(chunk(kept)).orElseThrow();
        assertThat(holds(gone)).isTrue();
        fail(failed);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));

        assertThat(holds(gone)).isFalse();
        assertThat(holds(here)).isTrue();
    }

    private boolean holds(ChunkInfo info) {
        return await(server.asReplica()
                .holds(info.id(), info.version(), info.transaction())
                .toCompletableFuture());
    }

    @Test
    void aFailedDirectoryIsNotEmptied() throws IOException {
        int lost = chunkOn(1);
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        UUID failed = directory(1);
        assertThatThrownBy(() -> server.emptyDirectory(failed, true))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FAILED))
                .hasMessageContaining("has failed");
    }
}
