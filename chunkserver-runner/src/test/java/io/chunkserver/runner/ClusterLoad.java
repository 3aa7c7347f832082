package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.runner.file.ChunkWriters;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.ReadOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that stores, replaces, reads and deletes chunks until it is told to stop, and remembers what it was told. Its bytes
 * are drawn from the chunk's name and a round, so that they need not be kept.
 */
final class ClusterLoad implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterLoad.class);

    private static final int MAX_LENGTH = 256 * 1024;

    private final ChunkClient client;
    private final ChunkWriters servers;
    private final String name;
    private final Random random;
    private volatile boolean stopped;
    private volatile int requests;

    /** Each chunk that exists, as it was stored last. */
    private final Map<ChunkId, Stored> stored = new TreeMap<>();

    /** Chunks of which a replacement or a delete failed, and all that may be there now; null for nothing. */
    private final Map<ChunkId, List<@Nullable Stored>> uncertain = new TreeMap<>();

    private final Set<ChunkId> deleted = ConcurrentHashMap.newKeySet();
    private final List<Failed> failures = new CopyOnWriteArrayList<>();
    private int round;

    /**
     * What was acknowledged.
     *
     * @param round   in which the bytes were drawn
     * @param version that the receipt named
     */
    record Stored(int round, ChunkVersion version) {}

    /**
     * A request that failed, or of which nobody could say.
     *
     * @param begunNanos as {@link System#nanoTime} has it
     */
    record Failed(String request, long begunNanos, String why) {

        @Override
        public String toString() {
            return request + ": " + why;
        }
    }

    ClusterLoad(ChunkClient client, ChunkWriters servers, String name, long seed) {
        this.client = client;
        this.servers = servers;
        this.name = name;
        this.random = new Random(seed);
    }

    void stop() {
        stopped = true;
    }

    /** Acknowledged chunks; see {@link #bytes} for what they must hold. */
    Map<ChunkId, Stored> stored() {
        return stored;
    }

    /** Chunks whose deletion was acknowledged; any thread may ask. */
    Set<ChunkId> deleted() {
        return deleted;
    }

    /** Requests that failed; any thread may ask. */
    List<Failed> failures() {
        return failures;
    }

    /** How many requests were sent and have ended; any thread may ask. */
    int requests() {
        return requests;
    }

    @Override
    public void run() {
        while (!stopped) {
            round++;
            int choice = random.nextInt(10);
            if (stored.isEmpty() || choice < 5) {
                store(new ChunkId(name, round));
            } else if (choice < 6) {
                store(any());
            } else if (choice < 7) {
                delete(any());
            } else {
                read(any());
            }
            requests = round;
        }
    }

    private ChunkId any() {
        List<ChunkId> chunks = List.copyOf(stored.keySet());
        return chunks.get(random.nextInt(chunks.size()));
    }

    private void store(ChunkId chunk) {
        byte[] bytes = bytes(chunk, round);
        Stored before = stored.remove(chunk);
        boolean done = attempt("store of " + chunk, () -> {
            Receipt receipt = servers.write(
                    chunk,
                    bytes.length,
                    target -> client.store(
                            target.primary(), chunk, ChunkSource.of(bytes), target.options(Attributes.NONE)));
            stored.put(chunk, new Stored(round, receipt.version()));
        });
        if (!done && before != null) {
            // It is not asked for any more, but either version must be there, whole.
            uncertain.put(
                    chunk, List.of(before, new Stored(round, before.version().next())));
        }
    }

    private void delete(ChunkId chunk) {
        Stored before = Objects.requireNonNull(stored.remove(chunk));
        boolean done = attempt("delete of " + chunk, () -> {
            servers.write(chunk, 0, target -> client.delete(target.primary(), chunk, target.options(Attributes.NONE)));
            deleted.add(chunk);
        });
        if (!done) {
            uncertain.put(chunk, Arrays.asList(before, null));
        }
    }

    /** Reads the version that was acknowledged: a member that has not heard of it yet may have an older one. */
    private void read(ChunkId chunk) {
        Stored expected = stored.get(chunk);
        ReadOptions whole = new ReadOptions(0, OptionalLong.empty(), new ReadMode.AtLeast(expected.version()));
        attempt(
                "read of " + chunk,
                () -> assertThat(servers.<byte[]>read(chunk, server -> {
                            ByteArrayOutputStream copy = new ByteArrayOutputStream();
                            client.read(server, chunk, whole, copy);
                            return copy.toByteArray();
                        }))
                        .as("bytes of %s", chunk)
                        .isEqualTo(bytes(chunk, expected.round())));
    }

    private interface Request {
        void send() throws IOException;
    }

    private boolean attempt(String what, Request request) {
        long begunNanos = System.nanoTime();
        try {
            request.send();
            return true;
        } catch (ChunkServerException e) {
            LOG.info("{} failed: {}", what, e.getMessage());
            failures.add(new Failed(what, begunNanos, e.getMessage()));
            return false;
        } catch (IOException e) {
            throw new AssertionError(what, e);
        }
    }

    /**
     * Checks, when it has ended, that each acknowledged chunk is at so many servers, byte for byte, which says more than a hash, and each
     * deleted one at none.
     *
     * @param servers all of them, also those that the master does not name
     */
    void check(MasterClient master, int copies, List<ServerProcess> servers) throws IOException {
        for (Map.Entry<ChunkId, Stored> entry : stored.entrySet()) {
            ChunkId chunk = entry.getKey();
            List<Member> members = master.locate(chunk).members();
            assertThat(members).as("copies of %s", chunk).hasSizeGreaterThanOrEqualTo(copies);
            for (Member member : members) {
                assertThat(readWhole(member.address(), chunk))
                        .as("bytes of %s at %s", chunk, member)
                        .isEqualTo(bytes(chunk, entry.getValue().round()));
            }
        }
        for (Map.Entry<ChunkId, List<@Nullable Stored>> entry : uncertain.entrySet()) {
            checkUncertain(master, entry.getKey(), entry.getValue());
        }
        for (ChunkId chunk : deleted) {
            for (ServerProcess server : servers) {
                assertThatExceptionOfType(ChunkServerException.NotFound.class)
                        .as("%s at %s", chunk, server.address())
                        .isThrownBy(() -> readWhole(server.address(), chunk));
            }
        }
    }

    /** Either version may be there, or nothing where that is possible; but the same at all of its servers. */
    private void checkUncertain(MasterClient master, ChunkId chunk, List<@Nullable Stored> possible)
            throws IOException {
        List<Member> members;
        try {
            members = master.locate(chunk).members();
        } catch (ChunkServerException.NotFound e) {
            assertThat(possible)
                    .as("%s is not there, though no delete of it was sent", chunk)
                    .containsNull();
            return;
        }
        byte[] first = readWhole(members.get(0).address(), chunk);
        assertThat(possible.stream().filter(Objects::nonNull).map(stored -> bytes(chunk, stored.round())))
                .as("bytes of %s, whose last change failed", chunk)
                .contains(first);
        for (Member member : members) {
            assertThat(readWhole(member.address(), chunk))
                    .as("bytes of %s at %s", chunk, member)
                    .isEqualTo(first);
        }
    }

    private byte[] readWhole(String server, ChunkId chunk) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        client.read(ServerAddress.parse(server), chunk, ReadOptions.ALL, copy);
        return copy.toByteArray();
    }

    /** The bytes that a chunk was given in a round. */
    static byte[] bytes(ChunkId chunk, int round) {
        Random drawn = new Random(chunk.hashCode() * 31L + round);
        byte[] bytes = new byte[drawn.nextInt(MAX_LENGTH)];
        drawn.nextBytes(bytes);
        return bytes;
    }
}
