package io.chunkserver.transport.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs the contract on a transport that breaks one promise, and looks at what is reported. */
class TransportReportTest {

    private static final Pattern CONNECTED_CLOSED_AND_SENT = Pattern.compile("""
            connect\\(.*\\) = a stage of (connection\\d*)
            .*\\1\\.close\\(\\)
            .*\\1\\.send\\(Frame\\[type=DATA, requestId=1, .* = a stage that is complete: null
            """, Pattern.DOTALL);

    @Test
    void aTransportIsReportedWithTheFrameThatItLost() {
        List<String> reports = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(TransportThatLosesFramesSilently.class))
                .execute()
                .testEvents()
                .failed()
                .map(failed -> failed.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage())
                .toList();

        assertThat(reports)
                .singleElement()
                .asString()
                .startsWith("promise broken: sending on a closed connection is unreachable\nafter:\n")
                // Both ends are numbered as they come, and which one comes first is chance.
                .containsPattern(CONNECTED_CLOSED_AND_SENT);
    }

    /** Nested and static, so that nothing runs it but the test above. */
    static class TransportThatLosesFramesSilently extends TransportContract {

        private final ExecutorService executor = Executors.newFixedThreadPool(3);
        private final LoopbackNetwork network = new LoopbackNetwork(executor);

        @Override
        protected Transport open() {
            return new SilentTransport(new LoopbackTransport(network));
        }

        @Override
        protected ServerAddress anyPort() {
            return new ServerAddress("server", 0);
        }

        @Override
        protected void assertNothingHeld(List<Transport> closed) {
            executor.shutdown();
        }
    }

    private record SilentTransport(Transport real) implements Transport {

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver) {
            return real.listen(address, receiver);
        }

        @Override
        public CompletionStage<Connection> connect(
                ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
            return real.connect(address, timeout, receiver).thenApply(SilentConnection::new);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private record SilentConnection(Connection real) implements Connection {

        @Override
        public ServerAddress remote() {
            return real.remote();
        }

        @Override
        public CompletionStage<Void> send(List<Frame> frames) {
            return real.send(frames).exceptionally(lost -> null);
        }

        @Override
        public void setReading(boolean reading) {
            real.setReading(reading);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
