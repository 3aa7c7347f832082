package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Lets threads of the machine change and read an index, and compares the answers with those of a map in some order of the calls.
 * (The map inside draws its shape by chance, so that no order of steps could be repeated.) Pages are left out: they promise nothing
 * about chunks that change while the page is read.
 *
 * <p>Seen to fail: with the present entry looked up before the lock was taken, answers came that no order of the calls explains.
 */
class ChunkIndexLinearizabilityTest {

    @Test
    void threadsSeeOneMapWithItsCounts() {
        new StressOptions()
                .threads(2)
                .actorsPerThread(3)
                .actorsAfter(2)
                .iterations(4 * Integer.getInteger("lincheck.scale", 1))
                .invocationsPerIteration(1000)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Model.class)
                .check(Calls.class);
    }

    /** Version 3 of a chunk is a tombstone. */
    private static ChunkInfo info(int chunk, int version) {
        boolean tombstone = version == 3;
        long bytes = tombstone ? 0 : 100L * version;
        return new ChunkInfo(
                new ChunkId("/data/" + chunk, 0),
                new ChunkVersion(version),
                new TransactionId("client", 1000, version),
                0,
                bytes,
                0,
                bytes + 10,
                tombstone);
    }

    /** What threads ask of the index. */
    @Param(name = "chunk", gen = IntGen.class, conf = "1:1")
    @Param(name = "version", gen = IntGen.class, conf = "1:3")
    public static class Calls {

        private final ChunkIndex index = new ChunkIndex();

        @Operation
        public void advance(@Param(name = "chunk") int chunk, @Param(name = "version") int version) {
            index.advance(info(chunk, version));
        }

        @Operation
        public boolean remove(@Param(name = "chunk") int chunk, @Param(name = "version") int version) {
            return index.remove(info(chunk, version));
        }

        @Operation
        public long find(@Param(name = "chunk") int chunk) {
            return index.find(info(chunk, 1).id())
                    .map(info -> info.version().number())
                    .orElse(0L);
        }

        @Operation
        public String count() {
            return index.snapshot().toString();
        }
    }

    /** A map, counted anew with each question. */
    public static class Model {

        private final Map<Integer, Integer> versions = new HashMap<>();

        public void advance(int chunk, int version) {
            versions.merge(chunk, version, Math::max);
        }

        public boolean remove(int chunk, int version) {
            return versions.remove(chunk, version);
        }

        public long find(int chunk) {
            return versions.getOrDefault(chunk, 0);
        }

        public String count() {
            List<ChunkInfo> all = versions.entrySet().stream()
                    .map(entry -> info(entry.getKey(), entry.getValue()))
                    .toList();
            return new StoreSnapshot(
                            all.stream().filter(info -> !info.tombstone()).count(),
                            all.stream().filter(ChunkInfo::tombstone).count(),
                            all.stream().mapToLong(ChunkInfo::storedBytes).sum())
                    .toString();
        }
    }
}
