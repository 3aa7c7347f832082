package io.chunkserver.core.store;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Tries the orders in which readers may come between the steps of one who stages, publishes, discards and deletes versions of a
 * chunk, and of another who does so with a second chunk, and compares the answers with those of a plain map.
 */
class ChunkStoreLinearizabilityTest {

    private static final ChunkId FIRST = new ChunkId("/data", 1);
    private static final ChunkId SECOND = new ChunkId("/data", 2);

    @Test
    void readersSeeVersionsWholeAndInOrder() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsBefore(2)
                .actorsPerThread(3)
                .actorsAfter(1)
                .iterations(12)
                .invocationsPerIteration(30)
                .sequentialSpecification(Model.class)
                // Each of these is one step to the others: the disk's calls exclude each other, the rest has no state.
                .addGuarantee(forClasses(
                                (String name) -> name.startsWith("io.chunkserver.core.testkit.Memory")
                                        || name.matches("io\\.chunkserver\\.core\\.(model|checksum)\\..*")
                                        || name.matches(
                                                ".*\\.(DiskNames|StoreLayout|StoreFolders|ChunkFileFormat|ChunkFooter|FooterReader)"))
                        .allMethods()
                        .treatAsAtomic())
                .check(Calls.class);
    }

    private static StageKey key(int version) {
        return new StageKey(new TransactionId("client", 1000, version), new Attempt(1, 1));
    }

    /** The calls, on two chunks; the store leaves it to its caller that one transaction at a time changes a chunk. */
    @Param(name = "version", gen = IntGen.class, conf = "1:3")
    public static class Calls {

        private final ChunkStore store;

        public Calls() throws IOException {
            store = StoreOnMemoryDisk.open(new MemoryDisk());
        }

        @Operation(nonParallelGroup = "first")
        public boolean stage(@Param(name = "version") int version) throws IOException {
            return stage(FIRST, version);
        }

        @Operation(nonParallelGroup = "first")
        public String publish(@Param(name = "version") int version) throws IOException {
            return publish(FIRST, version);
        }

        @Operation(nonParallelGroup = "first")
        public void discard(@Param(name = "version") int version) throws IOException {
            store.discard(FIRST, key(version));
        }

        @Operation(nonParallelGroup = "first")
        public boolean delete(@Param(name = "version") int version) throws IOException {
            return store.delete(FIRST, new ChunkVersion(version)) > 0;
        }

        @Operation
        public long read() throws IOException {
            return read(FIRST);
        }

        @Operation
        public long stat() {
            return stat(FIRST);
        }

        @Operation(nonParallelGroup = "second")
        public String replaceSecond(@Param(name = "version") int version) throws IOException {
            return stage(SECOND, 10 + version) + ", " + publish(SECOND, 10 + version);
        }

        @Operation
        public long readSecond() throws IOException {
            return read(SECOND);
        }

        private boolean stage(ChunkId chunk, int version) throws IOException {
            CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(new byte[] {(byte) version}));
            StageRequest request = new StageRequest(
                    chunk, new ChunkVersion(version), key(version), 0, false, Attributes.NONE, Durability.OS);
            try (StagedChunk staged = store.stage(request)) {
                staged.write(block);
                staged.finish(1, block.crc32c());
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        }

        /** Publishes what is staged or published; Lincheck lets nobody make the message of anything else, which names a path. */
        private String publish(ChunkId chunk, int version) throws IOException {
            StageKey key = key(version);
            boolean staged = store.staged().stream().anyMatch(other -> other.key().equals(key));
            if (!staged && stat(chunk) != version) {
                return "not staged";
            }
            try {
                return "published " + store.publish(chunk, key).info().version();
            } catch (ChunkServerException e) {
                return e.code().toString();
            }
        }

        /** The version that was read, whose bytes say the same; 0 when there is none. */
        private long read(ChunkId chunk) throws IOException {
            try (ChunkReader reader = store.open(chunk)) {
                ByteBuffer bytes = ByteBuffer.allocate(1);
                reader.read(0, bytes);
                if (bytes.get(0) != reader.info().version().number()) {
                    throw new AssertionError(reader.info() + " has the bytes of version " + bytes.get(0));
                }
                return bytes.get(0);
            } catch (ChunkServerException.NotFound e) {
                return 0;
            }
        }

        private long stat(ChunkId chunk) {
            return store.stat(chunk).map(info -> info.version().number()).orElse(0L);
        }
    }

    /** What is staged, and which version each chunk has. */
    public static class Model {

        private final Set<Integer> staged = new HashSet<>();
        private final Map<ChunkId, Integer> published = new HashMap<>();

        public boolean stage(int version) {
            return staged.add(version);
        }

        public String publish(int version) {
            return publish(FIRST, version);
        }

        public void discard(int version) {
            staged.remove(version);
        }

        public boolean delete(int version) {
            return published.remove(FIRST, version);
        }

        public long read() {
            return published.getOrDefault(FIRST, 0);
        }

        public long stat() {
            return read();
        }

        public String replaceSecond(int version) {
            return staged.add(10 + version) + ", " + publish(SECOND, 10 + version);
        }

        public long readSecond() {
            return published.getOrDefault(SECOND, 0);
        }

        private String publish(ChunkId chunk, int version) {
            int present = published.getOrDefault(chunk, 0);
            if (present == version || (staged.contains(version) && present < version)) {
                staged.remove(version);
                published.put(chunk, version);
                return "published " + version;
            }
            return staged.contains(version) ? "VERSION_CONFLICT" : "not staged";
        }
    }
}
