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
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Tries the orders in which readers may come between the steps of one who stages, publishes, discards and deletes versions of a
 * chunk, and of another who does so with a second chunk, and compares the answers with those of
 * a model that is two numbers.
 *
 * <p>Seen to fail: with a version taken off the finished ones before the index knew it, answers came that the model does not give.
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
                .iterations(2 * Integer.getInteger("lincheck.scale", 1))
                .invocationsPerIteration(30)
                .sequentialSpecification(Model.class)
                // Each of these is one step to the others: the disk's calls exclude each other, the rest has no state.
                .addGuarantee(forClasses(
                                (String name) -> name.startsWith("io.chunkserver.core.testkit.Memory")
                                        || name.matches("io\\.chunkserver\\.core\\.(model|checksum)\\..*")
                                        || name.matches(
                                                ".*\\.(DiskNames|StoreLayout|StoreFolders?|ChunkFileFormat|ChunkFooter|FooterReader)"))
                        .allMethods()
                        .treatAsAtomic())
                .check(Calls.class);
    }

    private static StageKey key(long version) {
        return new StageKey(new TransactionId("client", 1000, version), new Attempt(1, 1));
    }

    /**
     * The calls, on two chunks; the store leaves it to its caller that one transaction at a time changes a chunk. The bytes of a
     * version are its number.
     */
    public static class Calls {

        private final ChunkStore store;
        private byte last;
        private byte lastOfSecond = 100;

        public Calls() throws IOException {
            store = StoreOnMemoryDisk.open(new MemoryDisk());
        }

        @Operation(nonParallelGroup = "first")
        public long replace() throws IOException {
            return replace(FIRST, ++last);
        }

        @Operation(nonParallelGroup = "first")
        public void abandon() throws IOException {
            stage(FIRST, ++last);
            store.discard(FIRST, key(last));
        }

        /** The same version again, as a retry does; what is not published has been deleted or abandoned. */
        @Operation(nonParallelGroup = "first")
        public long publishAgain() throws IOException {
            return stat() == last && last > 0
                    ? store.publish(FIRST, key(last)).info().version().number()
                    : 0;
        }

        @Operation(nonParallelGroup = "first")
        public boolean delete() throws IOException {
            long present = stat();
            return present > 0 && store.delete(FIRST, new ChunkVersion(present)) > 0;
        }

        @Operation
        public long read() throws IOException {
            return read(FIRST);
        }

        @Operation
        public long stat() {
            return store.stat(FIRST).map(info -> info.version().number()).orElse(0L);
        }

        @Operation(nonParallelGroup = "second")
        public long replaceSecond() throws IOException {
            return replace(SECOND, ++lastOfSecond);
        }

        @Operation
        public long readSecond() throws IOException {
            return read(SECOND);
        }

        private long replace(ChunkId chunk, byte version) throws IOException {
            stage(chunk, version);
            return store.publish(chunk, key(version)).info().version().number();
        }

        private void stage(ChunkId chunk, byte version) throws IOException {
            CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(new byte[] {version}));
            StageRequest request = new StageRequest(
                    chunk, new ChunkVersion(version), key(version), 0, false, Attributes.NONE, Durability.OS);
            try (StagedChunk staged = store.stage(request)) {
                staged.write(block);
                staged.finish(1, block.crc32c());
            }
        }

        /** The version that was read; 0 when there is none. */
        private long read(ChunkId chunk) throws IOException {
            try (ChunkReader reader = store.open(chunk)) {
                ByteBuffer bytes = ByteBuffer.allocate(1);
                reader.read(0, bytes);
                if (bytes.get(0) != reader.info().version().number()) {
                    throw new AssertionError("version " + reader.info().version() + " has the bytes of another");
                }
                return bytes.get(0);
            } catch (ChunkServerException.NotFound e) {
                return 0;
            }
        }
    }

    /** Two numbers. */
    public static class Model {

        private long last;
        private long published;
        private long second;

        public long replace() {
            published = ++last;
            return published;
        }

        public void abandon() {
            last++;
        }

        public long publishAgain() {
            return published == last ? last : 0;
        }

        public boolean delete() {
            boolean present = published > 0;
            published = 0;
            return present;
        }

        public long read() {
            return published;
        }

        public long stat() {
            return published;
        }

        public long replaceSecond() {
            second = Math.max(second, 100) + 1;
            return second;
        }

        public long readSecond() {
            return second;
        }
    }
}
