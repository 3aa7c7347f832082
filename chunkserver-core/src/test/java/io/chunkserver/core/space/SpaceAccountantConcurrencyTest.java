package io.chunkserver.core.space;

import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/**
 * Tries the orders in which the steps of several threads may follow one another, and looks after each of them whether what was
 * promised fits on the file system. This is an invariant, not linearizability: the file system is asked outside the lock, so no
 * order of whole calls explains which of them are refused, and the answers are not judged.
 *
 * <p>Seen to fail: with the bytes settled since the question to the file system left out, more was promised than it takes.
 */
class SpaceAccountantConcurrencyTest {

    private static final long LIMIT = 10;

    @Test
    void threadsNeverStoreMoreThanTheFileSystemTakes() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(2)
                .iterations(4 * Integer.getInteger("lincheck.scale", 1))
                .invocationsPerIteration(100)
                .verifier(EpsilonVerifier.class)
                .check(Stores.class);
    }

    /**
     * Stores on a file system that is smaller than the limit, and is asked outside the lock. Which stores are refused depends on
     * when they ask; but what was promised must fit.
     */
    @Param(name = "bytes", gen = IntGen.class, conf = "1:6")
    public static class Stores {

        private final AtomicLong freeBytes = new AtomicLong(LIMIT);
        private final SpaceAccountant accountant;

        public Stores() throws IOException {
            accountant = new ReservingSpaceAccountant(100 * LIMIT, 0, 0, freeBytes::get);
        }

        @Operation
        public boolean store(@Param(name = "bytes") int bytes) throws IOException {
            try (Reservation promise = accountant.reserve(bytes)) {
                freeBytes.addAndGet(-bytes);
                promise.settle();
                return true;
            } catch (ChunkServerException.InsufficientSpace refused) {
                return false;
            }
        }

        @Validate
        public void whatWasPromisedFits() {
            if (freeBytes.get() < 0) {
                throw new AssertionError(-freeBytes.get() + " bytes more were promised than the file system takes");
            }
        }
    }
}
