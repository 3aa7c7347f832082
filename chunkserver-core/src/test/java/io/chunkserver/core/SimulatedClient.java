package io.chunkserver.core;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.testkit.StoreHistory;
import io.chunkserver.core.testkit.StoreHistory.Read;
import io.chunkserver.core.testkit.StoreHistory.ReadKind;
import io.chunkserver.core.testkit.StoreHistory.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client that stores, replaces, deletes and reads chunks at any member, several calls at a time, tries again under the same
 * transaction id when it did not hear the answer or did not like it, and writes down what it hears.
 */
final class SimulatedClient {

    static final int CHUNKS = 3;

    private static final int MAX_TRIES = 4;
    private static final int LARGEST_CHUNK = 150_000;

    /** An impatient client asks again this soon, so that it meets every step of its transaction, that of the decision included. */
    private static final Duration IMPATIENCE = Duration.ofMillis(400);

    /** Lengths at which something changes: nothing, one byte, around one block. */
    private static final List<Integer> EDGES =
            List.of(0, 1, BlockLayout.BLOCK_BYTES - 1, BlockLayout.BLOCK_BYTES, BlockLayout.BLOCK_BYTES + 1);

    /** How much longer than asked an answer may take: a slow disk under each of the steps that end a call. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name;
    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private final StoreHistory history;
    private final Map<ChunkId, ChunkVersion> heard = new HashMap<>();
    private long sequence;

    SimulatedClient(String name, SimulatedCluster cluster, SplittableRandom random, StoreHistory history) {
        this.name = name;
        this.cluster = cluster;
        this.random = random;
        this.history = history;
    }

    static List<ChunkId> chunks() {
        List<ChunkId> chunks = new ArrayList<>();
        for (int i = 0; i < CHUNKS; i++) {
            chunks.add(new ChunkId("file", i));
        }
        return chunks;
    }

    /** How many transactions this client has begun. */
    long transactions() {
        return sequence;
    }

    /** Begins something. */
    void act() {
        ChunkId chunk = new ChunkId("file", random.nextInt(CHUNKS));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> attempt(transaction(chunk, false), cluster.anyName(), MAX_TRIES);
            case 3 -> attempt(transaction(chunk, random.nextBoolean()), cluster.anyName(), MAX_TRIES);
            case 4, 5 -> tryRead(chunk, cluster.anyName(), ReadMode.LATEST);
            case 6 -> tryRead(chunk, cluster.anyName(), ReadMode.COMMITTED);
            default ->
                tryRead(chunk, cluster.anyName(), ReadMode.atLeast(heard.getOrDefault(chunk, ChunkVersion.NONE)));
        }
    }

    // Stores and deletes

    private record Transaction(TransactionId id, ChunkId chunk, boolean tombstone, int length) {

        byte[] content() {
            byte[] bytes = new byte[length];
            new Random(id.hashCode()).nextBytes(bytes);
            return bytes;
        }
    }

    private Transaction transaction(ChunkId chunk, boolean tombstone) {
        TransactionId id = new TransactionId(name, cluster.time().instant().toEpochMilli(), sequence++);
        int length = random.nextInt(4) == 0 ? EDGES.get(random.nextInt(EDGES.size())) : random.nextInt(LARGEST_CHUNK);
        return new Transaction(id, chunk, tombstone, tombstone ? 0 : length);
    }

    private static String describe(ByteBuffer bytes) {
        return bytes.remaining() + " bytes " + Integer.toHexString(Crc32c.of(bytes.duplicate()));
    }

    /** One try at one server; {@code triesLeft} counts it. */
    private void attempt(Transaction transaction, String primary, int triesLeft) {
        ChunkServer server = cluster.servers().get(primary);
        if (server == null) {
            tryAgain(transaction, primary, triesLeft);
            return;
        }
        Write call = transaction.tombstone()
                ? history.delete(transaction.chunk(), transaction.id())
                : history.store(
                        transaction.chunk(), transaction.id(), describe(ByteBuffer.wrap(transaction.content())));
        Answer answer = new Answer(transaction, primary, triesLeft, call);
        Duration timeout = Duration.ofSeconds(1 + random.nextInt(10));
        StoreRequest request = new StoreRequest(
                transaction.id(),
                transaction.chunk(),
                transaction.tombstone(),
                transaction.length(),
                null,
                Attributes.NONE,
                Durability.SYNC,
                timeout);
        List<String> others = new ArrayList<>(SimulatedCluster.NAMES);
        others.remove(primary);
        server.begin(request, others)
                .whenComplete((writer, refused) -> cluster.guard(() -> {
                    if (refused != null) {
                        answer.failed(refused);
                    } else {
                        writer.receipt()
                                .whenComplete(
                                        (receipt, failure) -> cluster.guard(() -> answer.heard(receipt, failure)));
                        write(writer, transaction);
                    }
                }));
        cluster.time().after(timeout.plus(PATIENCE), () -> answer.isDue(server));
        if (triesLeft > 1 && random.nextBoolean()) {
            Duration pause = cluster.time().upTo(IMPATIENCE);
            cluster.time().after(pause, () -> cluster.guard(() -> attempt(transaction, primary, triesLeft - 1)));
        }
    }

    private void write(ChunkWriter writer, Transaction transaction) {
        ByteBuffer bytes = ByteBuffer.wrap(transaction.content());
        for (int from = 0; from < transaction.length(); from += BlockLayout.BLOCK_BYTES) {
            int to = Math.min(transaction.length(), from + BlockLayout.BLOCK_BYTES);
            writer.write(CheckedBlock.of(bytes.slice(from, to - from)));
        }
        if (random.nextInt(20) == 0) {
            writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));
        } else {
            writer.finish(transaction.length(), Crc32c.of(bytes));
        }
    }

    private void tryAgain(Transaction transaction, String primary, int triesLeft) {
        if (triesLeft > 1) {
            String next = random.nextInt(4) == 0 ? cluster.anyName() : primary;
            Duration pause = cluster.time().upTo(Duration.ofSeconds(5));
            cluster.time().after(pause, () -> cluster.guard(() -> attempt(transaction, next, triesLeft - 1)));
        }
    }

    /** What the client makes of an answer. */
    private final class Answer {

        private final Transaction transaction;
        private final String primary;
        private final int triesLeft;
        private final Write call;
        private boolean came;

        Answer(Transaction transaction, String primary, int triesLeft, Write call) {
            this.transaction = transaction;
            this.primary = primary;
            this.triesLeft = triesLeft;
            this.call = call;
        }

        void heard(@Nullable Receipt receipt, @Nullable Throwable failure) {
            if (receipt == null) {
                failed(failure);
                return;
            }
            came = true;
            if (random.nextInt(8) == 0) {
                // The answer was lost on its way: the client knows nothing and asks again.
                tryAgain(transaction, primary, triesLeft);
                return;
            }
            call.committed(receipt.version(), receipt.applied());
            checkApplied(receipt);
            heard.merge(transaction.chunk(), receipt.version(), (a, b) -> a.isNewerThan(b) ? a : b);
            if (random.nextInt(8) == 0) {
                tryAgain(transaction, primary, triesLeft);
            }
        }

        /** Who is named by a receipt shows no older version any more when the client hears of it. */
        private void checkApplied(Receipt receipt) {
            for (ServerId member : receipt.applied()) {
                ChunkServer server = cluster.servers().get(member.value());
                boolean showsAnOlder = server != null
                        && server.stat(transaction.chunk())
                                .filter(info -> receipt.version().isNewerThan(info.version()))
                                .isPresent();
                if (showsAnOlder) {
                    throw new AssertionError("member " + member + " shows an older version yet: " + call);
                }
            }
        }

        void failed(@Nullable Throwable failure) {
            came = true;
            ErrorCode code = failure == null
                    ? ErrorCode.INTERNAL
                    : ChunkServerException.from(failure).code();
            if (code == ErrorCode.INTERNAL) {
                throw new AssertionError(call + " failed by a defect", failure);
            }
            if (code != ErrorCode.OUTCOME_UNKNOWN) {
                call.aborted();
            }
            if (random.nextBoolean()) {
                tryAgain(transaction, primary, triesLeft);
            }
        }

        /** A server that lives has answered by now (guarantee L2); of one that went down the client asks another time. */
        void isDue(ChunkServer server) {
            cluster.guard(() -> {
                if (!came && server == cluster.servers().get(primary)) {
                    throw new AssertionError("server " + primary + " has not answered in time: " + call);
                }
                if (!came) {
                    came = true;
                    tryAgain(transaction, primary, triesLeft);
                }
            });
        }
    }

    // Reads

    /** Reads at a member, if that one runs. */
    private void tryRead(ChunkId chunk, String member, ReadMode mode) {
        ChunkServer server = cluster.servers().get(member);
        if (server != null) {
            read(chunk, member, server, mode);
        }
    }

    /**
     * Reads a chunk at a member that runs, the first block when it is opened and the others a little later.
     *
     * @return the call, which has an answer when time has gone on
     */
    Read read(ChunkId chunk, String member, ReadMode mode) {
        return read(chunk, member, Objects.requireNonNull(cluster.servers().get(member)), mode);
    }

    private Read read(ChunkId chunk, String member, ChunkServer server, ReadMode mode) {
        ReadKind kind = mode instanceof ReadMode.Latest ? ReadKind.LATEST : ReadKind.AT_MEMBER;
        Read call = history.read(chunk, new ServerId(member), kind);
        int flippedBits = cluster.flippedBits();
        boolean[] came = new boolean[1];
        server.open(chunk, mode)
                .whenComplete((reader, failure) -> cluster.guard(() -> {
                    came[0] = true;
                    if (failure == null) {
                        checkVersion(reader, mode);
                        readOn(
                                reader,
                                call,
                                flippedBits,
                                ByteBuffer.allocate((int) reader.info().lengthBytes()),
                                0);
                    } else {
                        notRead(
                                call,
                                flippedBits,
                                ChunkServerException.from(failure).code(),
                                failure);
                    }
                }));
        cluster.time()
                .after(
                        PATIENCE,
                        () -> cluster.guard(() -> {
                            if (!came[0] && server == cluster.servers().get(member)) {
                                throw new AssertionError("server " + member + " has not answered in time: " + call);
                            }
                        }));
        return call;
    }

    private static void checkVersion(ChunkReader reader, ReadMode mode) {
        if (mode instanceof ReadMode.AtLeast wanted
                && wanted.version().isNewerThan(reader.info().version())) {
            throw new AssertionError("a read of version " + wanted.version() + " or newer got " + reader.info());
        }
    }

    /** @param flippedBits before the call: no chunk is damaged where the disk has not given wrong bytes meanwhile */
    private void notRead(Read call, int flippedBits, ErrorCode code, Throwable failure) {
        boolean bitFlipped = cluster.flippedBits() > flippedBits;
        if (code == ErrorCode.CHUNK_NOT_FOUND) {
            call.absent();
        } else if (code == ErrorCode.INTERNAL || (code == ErrorCode.CORRUPT && !bitFlipped)) {
            throw new AssertionError(call + " met a defect: " + failure.getMessage(), failure);
        } else {
            call.failed();
        }
    }

    private static void closeAfter(ChunkReader reader, IOException failure) {
        try {
            reader.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void readOn(ChunkReader reader, Read call, int flippedBits, ByteBuffer bytes, int block) {
        try {
            if (block < BlockLayout.blockCount(reader.info().lengthBytes())) {
                reader.read(block, bytes);
                Duration pause = cluster.time().upTo(Duration.ofMillis(500));
                cluster.time()
                        .after(pause, () -> cluster.guard(() -> readOn(reader, call, flippedBits, bytes, block + 1)));
                return;
            }
            reader.close();
            call.found(reader.info(), describe(bytes.flip()));
        } catch (ChunkServerException e) {
            closeAfter(reader, e);
            notRead(call, flippedBits, e.code(), e);
        } catch (IOException e) {
            // The disk failed, or the server went down under the reader.
            closeAfter(reader, e);
            call.failed();
        }
    }
}
