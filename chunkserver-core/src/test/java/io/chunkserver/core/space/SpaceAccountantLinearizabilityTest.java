package io.chunkserver.core.space;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.NaiveSpaceAccountant;
import java.io.IOException;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Tries the orders in which the steps of several threads may follow one another, and looks for each of them whether the
 * answers are those of the naive accountant in some order of the calls. Used and promised bytes are among the answers.
 *
 * <p>Seen to fail: with the check and the promise of a reservation in two critical sections, two threads were promised what was
 * there once; with a replacement that settles and releases in two critical sections, another thread saw both counted.
 */
class SpaceAccountantLinearizabilityTest {

    private static final long LIMIT = 10;

    /** Room for one delete beyond the limit. */
    private static final long EMERGENCY = 3;

    @Test
    void threadsSeeTheNaiveAccountant() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(2)
                .iterations(10 * Integer.getInteger("lincheck.scale", 1))
                .invocationsPerIteration(50)
                .sequentialSpecification(NaiveCalls.class)
                .check(Calls.class);
    }

    /**
     * Calls on promises that all threads share. Three bytes are left at first, so that no two promises fit; an answer beyond the
     * limit is none that the naive accountant gives.
     */
    @Param(name = "which", gen = IntGen.class, conf = "0:1")
    @Param(name = "bytes", gen = IntGen.class, conf = "2:3")
    public static class Calls {

        private final SpaceAccountant accountant;
        private final List<Reservation> shared;

        public Calls() throws IOException {
            this(new ReservingSpaceAccountant(LIMIT, 2, 0, EMERGENCY, () -> Long.MAX_VALUE));
        }

        Calls(SpaceAccountant accountant) throws IOException {
            this.accountant = accountant;
            this.shared = List.of(accountant.reserve(3), accountant.reserve(2));
        }

        @Operation
        public String reserve(@Param(name = "bytes") int bytes) throws IOException {
            try {
                return "promised " + accountant.reserve(bytes).bytes();
            } catch (ChunkServerException.InsufficientSpace e) {
                return e.getMessage();
            }
        }

        @Operation
        public void settle(@Param(name = "which") int which) {
            shared.get(which).settle();
        }

        @Operation
        public void forfeit(@Param(name = "which") int which) {
            shared.get(which).forfeit();
        }

        /** At the limit a tombstone is promised if it replaces as much, and then counts as nothing. */
        @Operation
        public String reserveForDelete(@Param(name = "bytes") int bytes) throws IOException {
            try {
                return "promised " + accountant.reserveForDelete(bytes, 2).bytes();
            } catch (ChunkServerException.InsufficientSpace e) {
                return e.getMessage();
            }
        }

        /** What is used and what is replaced change at the same instant. */
        @Operation
        public boolean replace(@Param(name = "which") int which, @Param(name = "bytes") int bytes) {
            try {
                shared.get(which).settle(bytes);
                return true;
            } catch (IllegalStateException notUsed) {
                return false;
            }
        }

        /** What is used shrinks, and what is reserved stays. */
        @Operation
        public boolean releaseReplaced(@Param(name = "which") int which, @Param(name = "bytes") int bytes) {
            try {
                shared.get(which).releaseReplaced(bytes);
                return true;
            } catch (IllegalStateException notUsed) {
                return false;
            }
        }

        @Operation
        public boolean shrink(@Param(name = "which") int which, @Param(name = "bytes") int bytes) {
            try {
                shared.get(which).shrinkTo(bytes);
                return true;
            } catch (IllegalArgumentException larger) {
                return false;
            }
        }

        @Operation
        public boolean release(@Param(name = "bytes") int bytes) {
            try {
                accountant.release(bytes);
                return true;
            } catch (IllegalStateException notUsed) {
                return false;
            }
        }

        @Operation
        public String look() {
            SpaceSnapshot now = accountant.snapshot();
            boolean within = now.usedBytes() + now.reservedBytes() <= now.limitBytes();
            return (within ? "within" : "beyond") + " the limit: " + now.usedBytes() + " used, " + now.reservedBytes()
                    + " promised, " + now.availableBytes() + " available";
        }
    }

    /** The same calls on the model. */
    public static class NaiveCalls extends Calls {

        public NaiveCalls() throws IOException {
            super(new NaiveSpaceAccountant(LIMIT, 2, EMERGENCY));
        }
    }
}
