package io.chunkserver.transport.security;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Messages;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One side of a connection until both have shown that they know the secret; from then on it passes everything on to the receiver that it
 * makes then. Nothing of a peer that has not is passed on.
 *
 * <p>Frames come from one thread at a time, as to every receiver; {@link #refuse} may be called by any.
 */
final class Prover implements FrameReceiver {

    static final int CHALLENGE_BYTES = 32;

    private static final byte CLIENT = 'c';
    private static final byte SERVER = 's';
    private static final String HINT = "give both sides the same --secret-file";

    private final Connection connection;
    private final SharedSecret secret;
    private final Function<Connection, FrameReceiver> receiver;
    private final boolean client;
    private final ByteBuffer ownChallenge;
    private final CompletableFuture<Void> proven = new CompletableFuture<>();

    /** Of the server only, once the client's has come. */
    private @Nullable ByteBuffer clientChallenge;

    private volatile @Nullable FrameReceiver next;

    private Prover(
            Connection connection,
            SharedSecret secret,
            SecureRandom random,
            Function<Connection, FrameReceiver> receiver,
            boolean client) {
        this.connection = connection;
        this.secret = secret;
        this.receiver = receiver;
        this.client = client;
        byte[] challenge = new byte[CHALLENGE_BYTES];
        random.nextBytes(challenge);
        this.ownChallenge = ByteBuffer.wrap(challenge).asReadOnlyBuffer();
    }

    /** The side that opened the connection; it begins. */
    static Prover ofClient(
            Connection connection,
            SharedSecret secret,
            SecureRandom random,
            Function<Connection, FrameReceiver> receiver) {
        Prover prover = new Prover(connection, secret, random, receiver, true);
        prover.send(prover.ownChallenge);
        return prover;
    }

    static Prover ofServer(
            Connection connection,
            SharedSecret secret,
            SecureRandom random,
            Function<Connection, FrameReceiver> receiver) {
        return new Prover(connection, secret, random, receiver, false);
    }

    /** Done when the other side has shown that it knows the secret, and {@link #next} is there; exceptionally when it has not. */
    CompletableFuture<Void> proven() {
        return proven;
    }

    @Override
    public void receive(Frame frame) {
        FrameReceiver open = next;
        if (open != null) {
            open.receive(frame);
            return;
        }
        try {
            if (proven.isDone()) {
                return;
            }
            if (client) {
                answered(frame);
            } else {
                asked(frame);
            }
        } finally {
            frame.release().run();
        }
    }

    private void answered(Frame frame) {
        if (frame.type() == FrameType.ERROR) {
            failed(told(frame));
            return;
        }
        ByteBuffer body = frame.body().duplicate();
        if (frame.type() != FrameType.PROOF || body.remaining() != CHALLENGE_BYTES + SharedSecret.PROOF_BYTES) {
            failed(Failure.of(ErrorCode.PROTOCOL_ERROR, who() + " answered a challenge with something else"));
            return;
        }
        ByteBuffer challenge = body.slice(body.position(), CHALLENGE_BYTES);
        ByteBuffer proof = body.position(body.position() + CHALLENGE_BYTES);
        if (!proves(proof, SERVER, ownChallenge, challenge)) {
            failed(Failure.of(ErrorCode.REFUSED, who() + " does not know the shared secret")
                    .withHint(HINT));
            return;
        }
        send(ByteBuffer.wrap(secret.proof(CLIENT, ownChallenge, challenge)));
        open();
    }

    /** A server without a secret does not know what it is asked. */
    private Failure told(Frame frame) {
        try {
            Failure why = Messages.error(frame);
            return why.code() == ErrorCode.PROTOCOL_ERROR
                    ? Failure.of(ErrorCode.REFUSED, who() + " was not given a shared secret: " + why.message())
                            .withHint(HINT)
                    : why;
        } catch (ChunkServerException e) {
            return e.failure();
        }
    }

    private void asked(Frame frame) {
        ByteBuffer body = frame.body();
        ByteBuffer challenge = clientChallenge;
        int expected = challenge == null ? CHALLENGE_BYTES : SharedSecret.PROOF_BYTES;
        if (frame.type() != FrameType.PROOF || body.remaining() != expected) {
            refuse(Failure.of(ErrorCode.REFUSED, "this server answers only who knows its shared secret")
                    .withHint(HINT));
        } else if (challenge == null) {
            ByteBuffer copy =
                    ByteBuffer.allocate(CHALLENGE_BYTES).put(body.duplicate()).flip();
            clientChallenge = copy;
            send(ByteBuffer.allocate(CHALLENGE_BYTES + SharedSecret.PROOF_BYTES)
                    .put(ownChallenge.duplicate())
                    .put(secret.proof(SERVER, copy, ownChallenge))
                    .flip());
        } else if (proves(body, CLIENT, challenge, ownChallenge)) {
            open();
        } else {
            refuse(Failure.of(ErrorCode.REFUSED, "whoever connects here must know the shared secret")
                    .withHint(HINT));
        }
    }

    private boolean proves(ByteBuffer proof, byte side, ByteBuffer fromClient, ByteBuffer fromServer) {
        byte[] shown = new byte[SharedSecret.PROOF_BYTES];
        proof.duplicate().get(shown);
        return MessageDigest.isEqual(shown, secret.proof(side, fromClient, fromServer));
    }

    /** A receiver that cannot be made loses its connection, as one that throws does. */
    private void open() {
        try {
            next = receiver.apply(connection);
            proven.complete(null);
        } catch (RuntimeException e) {
            proven.completeExceptionally(e);
            throw e;
        }
    }

    private void send(ByteBuffer body) {
        connection.send(new Frame(FrameType.PROOF, 0, ByteBuffer.allocate(0), body, Crc32c.of(body), () -> {}));
    }

    /** Tells the other side, and closes; does nothing when both sides are in. */
    void refuse(Failure why) {
        if (next == null) {
            connection.send(Messages.error(0, why)).whenComplete((sent, thrown) -> connection.close());
            proven.completeExceptionally(why.toException());
        }
    }

    private void failed(Failure why) {
        proven.completeExceptionally(why.toException());
        connection.close();
    }

    private String who() {
        return "server at " + connection.remote();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        FrameReceiver open = next;
        if (open != null) {
            open.closed(cause);
        } else {
            proven.completeExceptionally(
                    cause != null ? ChunkServerException.from(cause) : closedEarly(connection.remote()));
        }
    }

    /** The other side has closed the connection, and was not heard to say why. */
    static ChunkServerException closedEarly(ServerAddress remote) {
        return Failure.of(ErrorCode.UNREACHABLE, "connection with " + remote + " was closed before it was open")
                .withHint(FrameFormat.NO_GREETING_HINT)
                .toException();
    }
}
