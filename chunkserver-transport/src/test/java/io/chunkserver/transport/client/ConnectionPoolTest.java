package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connections are opened, kept, handed out again and closed. */
class ConnectionPoolTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofHours(1);

    private final SteppedNetwork network = new SteppedNetwork();
    private final Transport transport = network.transport();
    private final ScriptedServer server =
            new ScriptedServer(network.transport(), new ServerAddress("server", 1), "one");
    private final ScriptedServer second =
            new ScriptedServer(network.transport(), new ServerAddress("server", 2), "two");
    private final Timers timers = Timers.start("test-timer");
    private final List<ConnectionPool> pools = new ArrayList<>();

    private ConnectionPool pool(PoolConfig config) {
        ConnectionPool pool = new ConnectionPool(transport, PeerRole.CLIENT, PATIENCE, config, timers);
        pools.add(pool);
        return pool;
    }

    @AfterEach
    void close() {
        pools.forEach(ConnectionPool::close);
        timers.close();
    }

    @Test
    void aConnectionThatIsGivenBackIsHandedOutAgain() {
        ConnectionPool pool = pool(PoolConfig.DEFAULT);
        PeerConnection first = take(pool, server);
        assertThat(first.isReused()).isFalse();
        pool.idle(first);
        assertThat(take(pool, server)).isSameAs(first);
        assertThat(first.isReused()).isTrue();
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void theLastUsedIsTheFirstToBeHandedOut() {
        ConnectionPool pool = pool(PoolConfig.DEFAULT);
        PeerConnection one = take(pool, server);
        PeerConnection two = take(pool, server);
        pool.idle(two);
        pool.idle(one);
        assertThat(take(pool, server)).isSameAs(one);
        assertThat(take(pool, server)).isSameAs(two);
    }

    @Test
    void aConnectionIsForItsOwnAddressOnly() {
        ConnectionPool pool = pool(PoolConfig.DEFAULT);
        pool.idle(take(pool, server));
        PeerConnection other = take(pool, second);
        assertThat(other.hello().serverId()).isEqualTo(second.id());
    }

    @Test
    void noMoreAreKeptThanTheLimitPerAddressAndTheRestIsClosed() {
        ConnectionPool pool = pool(new PoolConfig(2, 64, LONG));
        giveBack(pool, server, 5);
        assertKept(pool, server, 2);
    }

    @Test
    void noMoreAreKeptThanTheLimitInAll() {
        ConnectionPool pool = pool(new PoolConfig(8, 3, LONG));
        giveBack(pool, server, 2);
        giveBack(pool, second, 2);
        assertKept(pool, server, 2);
        assertKept(pool, second, 1);
    }

    @Test
    void aPoolThatKeepsNoneClosesEach() {
        ConnectionPool pool = pool(new PoolConfig(0, 0, LONG));
        giveBack(pool, server, 2);
        assertKept(pool, server, 0);
    }

    @Test
    void roomIsMadeByAConnectionThatIsTakenOrCloses() {
        ConnectionPool pool = pool(new PoolConfig(1, 1, LONG));
        PeerConnection one = take(pool, server);
        PeerConnection two = take(pool, server);
        pool.idle(one);
        assertThat(take(pool, server)).isSameAs(one);
        pool.idle(two);
        assertThat(take(pool, server)).isSameAs(two);
        pool.idle(two);
        server.connections().get(1).close();
        network.run();
        pool.idle(one);
        assertThat(take(pool, server)).isSameAs(one);
    }

    @Test
    void aConnectionThatTheServerClosedIsNotHandedOutAgain() {
        ConnectionPool pool = pool(PoolConfig.DEFAULT);
        PeerConnection dead = take(pool, server);
        pool.idle(dead);
        server.connections().get(0).close();
        network.run();
        assertThat(take(pool, server)).isNotSameAs(dead);
        pool.idle(dead);
        assertThat(take(pool, server)).isNotSameAs(dead);
    }

    @Test
    void aConnectionThatNobodyUsedForTheIdleTimeIsClosed() {
        ConnectionPool pool = pool(new PoolConfig(8, 8, Duration.ofMillis(1)));
        PeerConnection idle = take(pool, server);
        PeerConnection used = take(pool, server);
        pool.idle(idle);
        await().until(() -> {
            pool.closeExpired();
            network.run();
            return !isOpen(0);
        });
        assertThat(isOpen(1)).as("the connection in use is open").isTrue();
        assertThat(take(pool, server)).isNotSameAs(idle).isNotSameAs(used);
    }

    @Test
    void aServerThatDoesNotListenIsNamed() {
        ServerAddress nobody = new ServerAddress("nobody", 1);
        assertThat(network.failed(pool(PoolConfig.DEFAULT).take(nobody, PATIENCE), ErrorCode.UNREACHABLE))
                .hasMessageContaining("nobody:1");
    }

    @Test
    void aServerThatDoesNotAnswerTheHelloInTimeIsUnreachableAndItsConnectionIsClosed() {
        server.greet(() -> null);
        CompletionStage<PeerConnection> taking = pool(PoolConfig.DEFAULT).take(server.address(), SHORT);
        assertThat(network.failed(taking, ErrorCode.UNREACHABLE))
                .hasMessageContaining("server at server:1 did not answer within 50 ms");
        network.run();
        assertThat(isOpen(0)).isFalse();
    }

    @Test
    void aServerThatRefusesTheHelloIsHeard() {
        server.greet(() -> Messages.error(0, Failure.of(ErrorCode.PROTOCOL_ERROR, "version 9 is spoken here")));
        ChunkServerException why =
                network.failed(pool(PoolConfig.DEFAULT).take(server.address(), PATIENCE), ErrorCode.PROTOCOL_ERROR);
        assertThat(why).hasMessageContaining("server:1").hasMessageContaining("version 9 is spoken here");
    }

    @Test
    void whoeverAnswersTheHelloWithSomethingElseIsNoServer() {
        server.greet(() -> Frame.of(FrameType.HELLO, 0, ByteBuffer.wrap(new byte[] {'{', '}'})));
        ChunkServerException why =
                network.failed(pool(PoolConfig.DEFAULT).take(server.address(), PATIENCE), ErrorCode.PROTOCOL_ERROR);
        assertThat(why).hasMessageContaining("server:1").hasMessageContaining("server hello");
        network.run();
        assertThat(isOpen(0)).isFalse();
    }

    @Test
    void aPoolThatIsClosedClosesAllAndOpensNone() {
        ConnectionPool pool = pool(PoolConfig.DEFAULT);
        PeerConnection used = take(pool, server);
        pool.idle(take(pool, server));
        pool.close();
        network.run();
        assertThat(isOpen(0)).isFalse();
        assertThat(isOpen(1)).isFalse();
        pool.idle(used);
        network.failed(pool.take(server.address(), PATIENCE), ErrorCode.UNREACHABLE);
    }

    private PeerConnection take(ConnectionPool pool, ScriptedServer from) {
        return network.done(pool.take(from.address(), PATIENCE));
    }

    private void giveBack(ConnectionPool pool, ScriptedServer from, int count) {
        List<PeerConnection> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(take(pool, from));
        }
        taken.forEach(pool::idle);
        network.run();
    }

    /** Takes one more than should be kept: that one is new. */
    private void assertKept(ConnectionPool pool, ScriptedServer from, int kept) {
        assertThat(from.openConnections()).as("open connections").isEqualTo(kept);
        int before = from.connections().size();
        for (int i = 0; i <= kept; i++) {
            take(pool, from);
        }
        assertThat(from.connections()).as("connections ever opened").hasSize(before + 1);
    }

    private boolean isOpen(int connection) {
        return server.isOpen(server.connections().get(connection));
    }
}
