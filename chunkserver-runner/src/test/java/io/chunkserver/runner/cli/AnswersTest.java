package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.runner.file.FileManifest;
import io.chunkserver.runner.file.StoredFile;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ServerStatus.Space;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The words that scripts read: a change here breaks them. */
class AnswersTest {

    private static final ChunkId CHUNK = new ChunkId("/a/b", 2);
    private static final TransactionId TRANSACTION = TransactionId.parse("client:1700000000000:7");
    private static final ServerId ONE = new ServerId("one");
    private static final ServerId TWO = new ServerId("two");

    @Test
    void receipt() {
        Answer answer = ReceiptAnswer.of("stored", receipt(2, List.of(ONE, TWO)));
        assertThat(answer.json())
                .hasToString("{\"schema\":\"chunkserver.receipt/1\",\"chunk\":\"/a/b#2\",\"version\":3,"
                        + "\"lengthBytes\":17,\"crc32c\":\"0000abcd\",\"transaction\":\"client:1700000000000:7\","
                        + "\"durability\":\"sync\",\"members\":2,\"applied\":[\"one\",\"two\"]}");
        assertThat(answer.text())
                .isEqualTo("stored /a/b#2 version 3, 17 bytes, CRC-32C 0000abcd\n"
                        + "transaction client:1700000000000:7, durability sync, applied by 2 of 2: one, two");
    }

    @Test
    void receiptThatNotAllHaveAppliedIsPartlyReplicated() {
        assertThat(ReceiptAnswer.exitCode(List.of(receipt(2, List.of(ONE, TWO)))))
                .isZero();
        assertThat(ReceiptAnswer.exitCode(List.of(receipt(2, List.of(ONE, TWO)), receipt(2, List.of(ONE)))))
                .isEqualTo(10);
    }

    @Test
    void oneOfAThingIsSaidAsOne() {
        assertThat(Quantity.chunks(1) + ", " + Quantity.copies(1) + ", " + Quantity.bytes(1))
                .isEqualTo("1 chunk, 1 copy, 1 byte");
        assertThat(Quantity.chunks(2) + ", " + Quantity.copies(3) + ", " + Quantity.bytes(0))
                .isEqualTo("2 chunks, 3 copies, 0 bytes");
        FileManifest manifest = new FileManifest(1, 100, "00");
        assertThat(FileAnswer.read("a/b", manifest).text()).startsWith("read a/b, 1 byte in 1 chunk\nSHA-256 ");
        Receipt alone =
                new Receipt(TRANSACTION, CHUNK, new ChunkVersion(3), 1, 0xABCD, Durability.SYNC, 1, List.of(ONE));
        assertThat(FileAnswer.stored(new StoredFile("a/b", manifest, List.of(alone)))
                        .text())
                .startsWith("stored a/b, 1 byte in 1 chunk\n")
                .endsWith(", 1 copy");
        assertThat(ReceiptAnswer.of("stored", alone).text()).startsWith("stored /a/b#2 version 3, 1 byte, ");
    }

    @Test
    void spaceIsToldAsNumbersOfBytes() {
        Space space = new Space(1 << 20, 1000, 200, 5 << 20, 1 << 19, "warn", 0);
        assertThat(SpaceAnswer.add(space, JsonLine.answer("chunkserver.space/1")))
                .hasToString("{\"schema\":\"chunkserver.space/1\",\"limitBytes\":1048576,\"usedBytes\":1000,"
                        + "\"reservedBytes\":200,\"freeBytes\":5242880,\"availableBytes\":524288,\"driftBytes\":0,"
                        + "\"level\":\"warn\"}");
        assertThat(SpaceAnswer.text(space)).contains("available of 1", "warn").doesNotContain("defect");
        assertThat(SpaceAnswer.text(new Space(10, 5, 0, 5, 5, "normal", 7))).contains("defect", "7 bytes");
    }

    @Test
    void aScrubThatMetADiskThatDoesNotReadEndsAsFsckDoes() {
        ScrubStatus scrub =
                new ScrubStatus(false, 3, 3, 30, 30, 0, 1, 0, Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(ScrubAnswer.exitCode(scrub, 0)).isEqualTo(12);
        assertThat(ScrubAnswer.exitCode(scrub, 1)).isEqualTo(7);
    }

    @Test
    void chunk() {
        ChunkInfo info = new ChunkInfo(CHUNK, new ChunkVersion(3), TRANSACTION, 0, 17, 0xABCD, 100, false);
        String json = "{\"schema\":\"chunkserver.chunk/1\",\"chunk\":\"/a/b#2\",\"version\":3,\"lengthBytes\":17,"
                + "\"storedBytes\":100,\"crc32c\":\"0000abcd\",\"transaction\":\"client:1700000000000:7\","
                + "\"epoch\":0,\"deleted\":false";
        assertThat(ChunkAnswer.line(info).json()).hasToString(json + "}");
        Answer full = ChunkAnswer.full(info, new Attributes(Map.of("kind", "log")));
        assertThat(full.json()).hasToString(json + ",\"attributes\":{\"kind\":\"log\"}}");
        assertThat(full.text()).contains("length:      17 bytes", "attribute:   kind=log");
    }

    @Test
    void transaction() {
        TransactionSummary summary = new TransactionSummary(
                TRANSACTION,
                new Attempt(4, 5),
                CHUNK,
                new ChunkVersion(3),
                false,
                TransactionState.COMMITTING,
                List.of(new Member(ONE, "h:1", Location.ORIGIN), new Member(TWO, "h:2", Location.ORIGIN)),
                List.of(TWO),
                false);
        Answer answer = TransactionAnswer.full(new ServerAddress("h", 1), summary);
        assertThat(answer.json())
                .hasToString("{\"schema\":\"chunkserver.transaction/1\",\"server\":\"h:1\","
                        + "\"transaction\":\"client:1700000000000:7\",\"state\":\"committing\",\"chunk\":\"/a/b#2\","
                        + "\"version\":3,\"delete\":false,\"attempt\":\"4.5\",\"coordinator\":\"one\","
                        + "\"chain\":[{\"server\":\"one\",\"address\":\"h:1\"},{\"server\":\"two\",\"address\":\"h:2\"}],"
                        + "\"waitingFor\":[\"two\"],\"heuristic\":false}");
        assertThat(answer.text())
                .contains("work:        store of /a/b#2 version 3", "chain:       one@h:1, two@h:2")
                .doesNotContain("heuristic");
    }

    @Test
    void aServerThatIsSilentIsToldWithoutItsOldStateToPeopleAndWithItToPrograms() {
        assertThat(ClusterAnswer.of(cluster(Liveness.LIVE)).text())
                .startsWith("master, up for 5s\n")
                .endsWith(
                        "\nserver one at h:1, location (0.0, 0.0): live, ready, 512.0 KiB available of 1.0 MiB, 3 copies");
        assertThat(ClusterAnswer.of(cluster(Liveness.LIVE)).json().toString())
                .contains("\"copies\":3,\"tombstones\":0,");
        Answer withDeletions = ClusterAnswer.of(cluster(Liveness.LIVE, ServerState.READY, 2, 7));
        assertThat(withDeletions.text()).endsWith(", 3 copies, deleted ones remembered: 7");
        assertThat(withDeletions.json().toString()).contains("\"copies\":3,\"tombstones\":7,");
        for (Liveness silent : List.of(Liveness.SUSPECT, Liveness.DEAD)) {
            Answer answer = ClusterAnswer.of(cluster(silent));
            String word = silent.name().toLowerCase(Locale.ROOT);
            assertThat(answer.text()).endsWith("\nserver one at h:1, location (0.0, 0.0): " + word + ", 3 copies");
            assertThat(answer.json().toString())
                    .contains("\"liveness\":\"" + word + "\"", "\"state\":\"ready\"", "\"availableBytes\":524288");
        }
    }

    @Test
    void aMasterThatWasNotToldAllYetSaysSo() {
        ClusterStatus settled = cluster(Liveness.LIVE);
        ClusterStatus unsettled = new ClusterStatus(
                settled.name(), settled.uptime(), 2, settled.members(), 3, 0, 0, 0, 4, false, true, 0);
        assertThat(ClusterAnswer.of(settled).text()).doesNotContain("told yet");
        assertThat(ClusterAnswer.of(settled).json().toString()).contains("\"stale\":0,\"settled\":true,");
        assertThat(ClusterAnswer.of(unsettled).text())
                .startsWith("master, up for 5s, was not told yet all that there is")
                .contains(", 4 with an older version somewhere");
        assertThat(ClusterAnswer.of(unsettled).json().toString()).contains("\"stale\":4,\"settled\":false,");
    }

    @Test
    void whoeverWaitsForADrainIsToldOnceWhyNoChunkCanMove() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        DrainNotes notes =
                new DrainNotes(new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err));
        notes.needed(TWO, 1, cluster(Liveness.LIVE));
        notes.needed(TWO, 1, cluster(Liveness.LIVE));
        notes.needed(TWO, 3, cluster(Liveness.DEAD));
        notes.needed(TWO, 3, cluster(Liveness.LIVE, ServerState.READ_ONLY, 1, 0));
        notes.needed(TWO, 3, cluster(Liveness.LIVE, ServerState.READY, 1, 0));
        notes.inFlight(TWO, 1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("""
                        1 chunk needs server two, as each is to have 2 copies and 1 other server is there to have one: \
                        start more, or have drained ones resume
                        3 chunks need server two, as each is to have 2 copies and 0 other servers are there to have one: \
                        start more, or have drained ones resume
                        3 chunks need server two, and no other server takes chunks at present; status --master says why
                        3 chunks need server two
                        1 transaction is in flight at server two
                        """);
    }

    private static ClusterStatus cluster(Liveness liveness) {
        return cluster(liveness, ServerState.READY, 2, 0);
    }

    private static ClusterStatus cluster(Liveness liveness, ServerState state, int replication, long tombstones) {
        Incarnation run = new Incarnation(ONE, new UUID(0, 1), 1);
        MemberStatus member = new MemberStatus(
                new Registration(run, new Member(ONE, "h:1", Location.ORIGIN), 1, 1 << 20, 1 << 20),
                liveness,
                new Heartbeat(
                        run,
                        Location.ORIGIN,
                        state,
                        "",
                        new SpaceSnapshot(1 << 20, 1000, 200, 5 << 20, 1 << 19),
                        0,
                        0,
                        0),
                3,
                tombstones,
                0);
        return new ClusterStatus("m", Duration.ofSeconds(5), replication, List.of(member), 3, 0, 0, 0);
    }

    @Test
    void failure() {
        Failure failure = Failure.insufficientSpace(100, 17).at(TWO).in(TRANSACTION);
        assertThat(FailureAnswer.json(failure))
                .hasToString("{\"error\":{\"code\":\"insufficient_space\","
                        + "\"message\":\"100 bytes are needed and 17 bytes are available\","
                        + "\"hint\":\"delete chunks, raise the space limit or store on another server\","
                        + "\"server\":\"two\",\"transaction\":\"client:1700000000000:7\",\"availableBytes\":17}}");
        assertThat(FailureAnswer.text(failure))
                .isEqualTo("error: server two: 100 bytes are needed and 17 bytes are available\n"
                        + "hint: delete chunks, raise the space limit or store on another server");
    }

    private static Receipt receipt(int members, List<ServerId> applied) {
        return new Receipt(TRANSACTION, CHUNK, new ChunkVersion(3), 17, 0xABCD, Durability.SYNC, members, applied);
    }
}
