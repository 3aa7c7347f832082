package io.chunkserver.transport.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The few steps of which tests of transports are made: a server's and a client's transport that reach each other. */
interface TransportSubject {

    /** More than the buffers of any operating system between two sockets hold. */
    int MANY_BLOCKS = 2000;

    Duration TIMEOUT = Duration.ofSeconds(RecordingReceiver.PATIENCE_SECONDS);

    Transport server();

    Transport client();

    /** Where the server's transport listens. */
    Listener listener();

    /** Gets what clients send to the listener. */
    RecordingReceiver atServer();

    /** Gets what comes to a client that {@link #connect} connected. */
    RecordingReceiver atClient();

    /** An address to listen at, with port 0. */
    ServerAddress freeAddress();

    /** One more receiver, which is checked after the test. */
    RecordingReceiver receiver();

    /** The next connection that the listener accepted. */
    Connection accepted() throws InterruptedException;

    /** Connects the client to the listener. */
    default Connection connect() throws Exception {
        return get(client().connect(listener().address(), TIMEOUT, connection -> atClient()));
    }

    static Frame block(int requestId) {
        return Frame.data(requestId, ByteBuffer.allocate(Frame.MAX_BODY_BYTES), 0);
    }

    static Frame frame(Random random, int requestId, int headerBytes, int bodyBytes) {
        byte[] header = new byte[headerBytes];
        byte[] body = new byte[bodyBytes];
        random.nextBytes(header);
        random.nextBytes(body);
        FrameType type = FrameType.of(1 + random.nextInt(FrameType.values().length));
        ByteBuffer bodyBuffer = ByteBuffer.wrap(body);
        return new Frame(type, requestId, ByteBuffer.wrap(header), bodyBuffer, Crc32c.of(bodyBuffer), () -> {});
    }

    static List<Received> copies(List<Frame> frames) {
        return frames.stream().map(Received::of).toList();
    }

    /**
     * Whether the stage completes within a time in which it would, were the sender not held up. Nothing tells of a stage that it
     * will never complete; where this time is too short, a test sees less, and does not fail.
     */
    static boolean completes(CompletableFuture<Void> stage) throws Exception {
        try {
            stage.get(300, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    static void assertFails(CompletionStage<?> stage, ErrorCode code, String named) {
        assertThatThrownBy(() -> get(stage))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(named);
    }
}
