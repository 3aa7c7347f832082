package io.chunkserver.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.RunnerJar.Outcome;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.client.ReplicasConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers promise what a coordinator never decides, since it is gone for good, and an operator does. */
class HandSettlementIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ChunkId CHUNK = new ChunkId("/f", 0);
    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    /** Nobody listens at this address. */
    private static final Member GONE = new Member(new ServerId("gone"), "127.0.0.1:1", Location.ORIGIN);

    @TempDir
    private Path directory;

    private ServerProcess one;
    private ServerProcess two;
    private final TransactionId transaction = new TransactionId("client", System.currentTimeMillis(), 1);

    @BeforeEach
    void haveTheServersPromise() throws Exception {
        one = ServerProcess.start(directory.resolve("one"), "--server-id", "one");
        two = ServerProcess.start(directory.resolve("two"), "--server-id", "two");
        Member first = new Member(new ServerId("one"), one.address(), Location.ORIGIN);
        Member second = new Member(new ServerId("two"), two.address(), Location.ORIGIN);
        try (Transport transport = Transports.named("tcp");
                RemoteReplicas replicas = new RemoteReplicas(transport, ReplicasConfig.DEFAULT)) {
            CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(CONTENT));
            PrepareStream stream = replicas.peer(first)
                    .prepare(new PrepareRequest(
                            transaction,
                            new Attempt(1, 1),
                            CHUNK,
                            ChunkVersion.NONE,
                            0,
                            false,
                            CONTENT.length,
                            Attributes.NONE,
                            Durability.SYNC,
                            List.of(GONE, first, second),
                            new UUID(1, 1),
                            PATIENCE));
            stream.write(block);
            stream.finish(CONTENT.length, block.crc32c());
            List<Vote> votes = stream.votes().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(votes).hasSize(2).allMatch(Vote::isYes);
        }
    }

    @AfterEach
    void stopServers() throws IOException {
        one.close();
        two.close();
    }

    private Outcome tx(String verb, String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "tx";
        arguments[1] = verb;
        arguments[2] = transaction.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Cli.run(RunnerJar.inJson(arguments));
    }

    private String shownByBoth() {
        Outcome shown =
                Cli.run("tx", "show", transaction.toString(), "--server", one.address(), "--server", two.address());
        assertThat(shown.exitCode()).isZero();
        return shown.out();
    }

    private static String open(ServerProcess server) {
        return Cli.run("tx", "ls", "--server", server.address()).out();
    }

    @Test
    void whatIsCommittedByHandAtOneServerIsCommittedAtAll() throws IOException {
        assertThat(open(one)).contains(transaction.toString(), "prepared", "at " + one.address());
        assertThat(shownByBoth()).contains("at server:   " + one.address(), "the decision of its coordinator gone");
        Outcome latest = Cli.run("chunk", "get", CHUNK.toString(), "-", "--latest", "--server", one.address());
        assertThat(latest.exitCode()).isEqualTo(5);
        assertThat(latest.err()).contains("no server can tell", "read the committed version instead");
        assertThat(tx("commit", "--yes", "--server", one.address()).exitCode()).isZero();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(open(two)).isEmpty());
        for (ServerProcess server : List.of(one, two)) {
            Path copy = directory.resolve("copy of " + server.address().replace(':', ' '));
            Cli.answer("chunk", "get", CHUNK.toString(), copy.toString(), "--latest", "--server", server.address());
            assertThat(copy).hasBinaryContent(CONTENT);
        }
        JsonNode shown = Cli.answer("tx", "show", transaction.toString(), "--server", one.address());
        assertThat(shown.get("state").asText()).isEqualTo("committed");
        assertThat(shown.get("heuristic").asBoolean()).isTrue();
        assertThat(Cli.answer("tx", "show", transaction.toString(), "--server", two.address())
                        .get("heuristic")
                        .asBoolean())
                .isFalse();
        assertThat(shownByBoth()).containsOnlyOnce("heuristic:").contains(one.address(), two.address());

        assertThat(tx("commit", "--yes", "--server", one.address()).exitCode()).isZero();
        assertThat(tx("abort", "--yes", "--server", two.address()).exitCode()).isEqualTo(8);
        Outcome other = tx("abort", "--yes", "--server", one.address());
        assertThat(other.exitCode()).isEqualTo(8);
        assertThat(other.out() + other.err()).contains("settled_otherwise");
    }

    @Test
    void whatIsAbortedByHandLeavesNothing() {
        assertThat(tx("abort", "--yes", "--server", one.address(), "--server", two.address())
                        .exitCode())
                .isZero();

        assertThat(open(one)).isEmpty();
        assertThat(open(two)).isEmpty();
        assertThat(Cli.run("chunk", "stat", CHUNK.toString(), "--server", one.address())
                        .exitCode())
                .isEqualTo(4);
        JsonNode shown = Cli.answer("tx", "show", transaction.toString(), "--server", two.address());
        assertThat(shown.get("state").asText()).isEqualTo("aborted");
        assertThat(shown.get("heuristic").asBoolean()).isTrue();
    }

    @Test
    void whatAnotherMemberWasToldByHandIsNotContradicted() {
        assertThat(tx("abort", "--yes", "--server", one.address()).exitCode()).isZero();

        Outcome other = tx("commit", "--yes", "--server", two.address());

        assertThat(other.exitCode()).isEqualTo(8);
        assertThat(other.out() + other.err()).contains("is aborted at server " + one.address(), "nothing was done");
        assertThat(open(two)).contains("prepared");
    }

    @Test
    void nothingIsDoneWithoutAYesOrAtAServerThatIsInNoDoubt() {
        Outcome unsure = tx("commit", "--server", one.address());
        assertThat(unsure.exitCode()).isEqualTo(2);
        assertThat(unsure.out() + unsure.err()).contains("--yes", transaction.toString());
        assertThat(open(one)).contains("prepared");

        Outcome unknown = Cli.run("tx", "abort", "nobody:1700000000000:1", "--yes", "--server", one.address());
        assertThat(unknown.exitCode()).isEqualTo(4);
        assertThat(unknown.err()).contains("server one", "tx ls");
        assertThat(tx("abort", "--yes", "--server", one.address(), "--server", two.address())
                        .exitCode())
                .isZero();
    }
}
