package io.chunkserver.transport.security;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets two sides talk over another transport only when both know a secret, which neither tells the other. Nobody above knows of it.
 *
 * <p>Challenge and response, each side choosing {@value Prover#CHALLENGE_BYTES} random bytes:
 *
 * <pre>
 *   client                                   server
 *     | -- PROOF challenge c ------------------> |
 *     | <- PROOF challenge s, HMAC(server, c, s) |   the client closes when it is wrong
 *     | -- PROOF HMAC(client, c, s) -----------> |   the server closes when it is wrong
 *     | -- HELLO, and so on -------------------> |
 * </pre>
 *
 * <p>It costs a connection one more round trip. It says who may talk, not that nobody listens or changes what is said: whoever can do that
 * to the network needs TLS against him, which this can be used with.
 *
 * <p><b>Limits.</b> Who has not shown that he knows the secret has {@link #PATIENCE} for it, and costs a connection of the transport below.
 */
public final class SecretTransport implements Transport {

    /** How long an accepted connection may take for its proof. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Takes over from the prover where a thread waits for what comes. */
    private static final FrameReceiver NOBODY = new FrameReceiver() {
        @Override
        public void receive(Frame frame) {
            frame.release().run();
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            // Who waits is told.
        }
    };

    private final Transport transport;
    private final SharedSecret secret;
    private final SecureRandom random;
    private final Duration patience;

    /**
     * Lets in who knows the secret, and closes the transport with itself.
     *
     * @param random makes the challenges
     */
    public SecretTransport(Transport transport, SharedSecret secret, SecureRandom random) {
        this(transport, secret, random, PATIENCE);
    }

    SecretTransport(Transport transport, SharedSecret secret, SecureRandom random, Duration patience) {
        this.transport = transport;
        this.secret = secret;
        this.random = random;
        this.patience = patience;
    }

    @Override
    public String name() {
        return transport.name();
    }

    @Override
    public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver) {
        return transport.listen(address, connection -> {
            Prover prover = Prover.ofServer(connection, secret, random, receiver);
            var unused = prover.proven()
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(thrown -> {
                        if (thrown instanceof TimeoutException) {
                            prover.refuse(silent());
                        }
                        return null;
                    });
            return prover;
        });
    }

    private Failure silent() {
        return Failure.of(
                ErrorCode.REFUSED,
                "nobody has shown here within " + patience.toMillis() + " ms that he knows the shared secret");
    }

    @Override
    public CompletionStage<Connection> connect(
            ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        CompletableFuture<Prover> made = new CompletableFuture<>();
        return transport
                .connect(address, timeout, connection -> {
                    Prover prover = Prover.ofClient(connection, secret, random, receiver);
                    made.complete(prover);
                    return prover;
                })
                .thenCompose(connection -> {
                    long left = Math.max(1, deadlineNanos - System.nanoTime());
                    return made.join()
                            .proven()
                            .orTimeout(left, TimeUnit.NANOSECONDS)
                            .handle((proven, thrown) -> {
                                if (thrown == null) {
                                    return connection;
                                }
                                connection.close();
                                throw new CompletionException(
                                        thrown instanceof TimeoutException
                                                ? late(address, timeout)
                                                : ChunkServerException.from(thrown));
                            });
                });
    }

    /** The thread that waits for the connection waits for the proof, too. */
    @Override
    public BlockingConnection open(ServerAddress address, Duration timeout) throws ChunkServerException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        BlockingConnection connection = transport.open(address, timeout);
        boolean proven = false;
        try {
            Prover prover = Prover.ofClient(new Proving(connection), secret, random, unused -> NOBODY);
            while (!prover.proven().isDone()) {
                prover.receive(connection.receive(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()))));
            }
            prover.proven().join();
            proven = true;
            return connection;
        } catch (ChunkServerException e) {
            throw switch (e.code()) {
                case TIMEOUT -> late(address, timeout);
                case UNREACHABLE -> Prover.closedEarly(address);
                default -> e;
            };
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        } finally {
            if (!proven) {
                connection.close();
            }
        }
    }

    private static ChunkServerException late(ServerAddress address, Duration timeout) {
        return Failure.of(
                        ErrorCode.TIMEOUT,
                        "server at " + address + " did not show within " + timeout.toMillis()
                                + " ms that it knows the shared secret")
                .toException();
    }

    @Override
    public void close() {
        transport.close();
    }

    /** A connection for a thread that waits, as a prover sees it, which gets what that thread has received. */
    private record Proving(BlockingConnection connection) implements Connection {

        @Override
        public ServerAddress remote() {
            return connection.remote();
        }

        @Override
        public CompletionStage<Void> send(List<Frame> frames) {
            try {
                for (Frame frame : frames) {
                    connection.send(frame);
                }
                return CompletableFuture.completedFuture(null);
            } catch (ChunkServerException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public void setReading(boolean reading) {
            // Nothing is received that the thread does not ask for.
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
