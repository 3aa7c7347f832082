package io.chunkserver.core.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.NaiveSpaceAccountant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;

class SpaceAccountantProperties {

    private enum Kind {
        RESERVE,
        RESERVE_FOR_DELETE,
        ADOPT,
        SHRINK,
        SETTLE,
        FORFEIT,
        RELEASE,
        RELEASE_REPLACED
    }

    /**
     * One call.
     *
     * @param replaced what a delete says that it replaces
     * @param which    picks one of the reservations, for the kinds that need one
     */
    record Call(Kind kind, long bytes, long replaced, int which) {}

    /** A reservation of the accountant, and the one that the model made at the same time. */
    private static final class Pair {

        private final Reservation real;
        private final Reservation model;

        /** What its settling has to release, as was said when it was made: the limit rests on that. */
        private long replaced;

        Pair(Reservation real, Reservation model, long replaced) {
            this.real = real;
            this.model = model;
            this.replaced = replaced;
        }
    }

    @Property
    void anySequenceOfCallsGivesWhatTheModelGives(
            @ForAll("calls") List<Call> calls,
            @ForAll @LongRange(max = 1000) long limit,
            @ForAll @LongRange(max = 1200) long used,
            @ForAll @LongRange(max = 600) long emergency)
            throws IOException {
        ReservingSpaceAccountant accountant =
                new ReservingSpaceAccountant(limit, used, 0, emergency, () -> Long.MAX_VALUE);
        NaiveSpaceAccountant model = new NaiveSpaceAccountant(limit, used, emergency);
        List<Pair> reservations = new ArrayList<>();
        boolean beyondLimit = used > limit;
        for (Call call : calls) {
            beyondLimit |= call.kind() == Kind.ADOPT;

            performOnBoth(call, accountant, model, reservations);

            SpaceSnapshot snapshot = accountant.snapshot();
            assertThat(snapshot.usedBytes()).isEqualTo(model.snapshot().usedBytes());
            assertThat(snapshot.reservedBytes()).isEqualTo(model.snapshot().reservedBytes());
            assertThat(snapshot.availableBytes()).isEqualTo(model.snapshot().availableBytes());
            assertThat(reservations)
                    .allSatisfy(pair -> assertThat(pair.real.bytes()).isEqualTo(pair.model.bytes()));
            if (!beyondLimit) {
                assertThat(snapshot.usedBytes() + snapshot.reservedBytes()).isLessThanOrEqualTo(limit);
            }
        }
        reservations.forEach(pair -> pair.real.close());
        assertThat(accountant.snapshot().reservedBytes()).isZero();
    }

    /** Both succeed, or both fail in the same way. */
    private static void performOnBoth(
            Call call, SpaceAccountant accountant, SpaceAccountant model, List<Pair> reservations) {
        Pair chosen =
                reservations.isEmpty() ? null : reservations.get(Math.floorMod(call.which(), reservations.size()));
        List<Reservation> made = new ArrayList<>();
        List<Reservation> expected = new ArrayList<>();
        long replaced = chosen == null ? 0 : chosen.replaced;
        Class<?> failure = failureOf(call, accountant, chosen == null ? null : chosen.real, replaced, made);
        Class<?> expectedFailure = failureOf(call, model, chosen == null ? null : chosen.model, replaced, expected);
        assertThat(failure).as("failure of %s", call).isEqualTo(expectedFailure);
        if (!made.isEmpty()) {
            boolean delete = call.kind() == Kind.RESERVE_FOR_DELETE;
            reservations.add(new Pair(made.get(0), expected.get(0), delete ? call.replaced() : 0));
        }
        if (chosen != null && failure == null && call.kind() == Kind.RELEASE_REPLACED) {
            chosen.replaced = 0;
        }
    }

    private static @Nullable Class<?> failureOf(
            Call call,
            SpaceAccountant accountant,
            @Nullable Reservation chosen,
            long replaced,
            List<Reservation> made) {
        try {
            switch (call.kind()) {
                case RESERVE -> made.add(accountant.reserve(call.bytes()));
                case RESERVE_FOR_DELETE -> made.add(accountant.reserveForDelete(call.bytes(), call.replaced()));
                case ADOPT -> made.add(accountant.adopt(call.bytes()));
                case RELEASE -> accountant.release(call.bytes());
                case SHRINK, SETTLE, FORFEIT, RELEASE_REPLACED -> {
                    if (chosen != null) {
                        change(call, chosen, replaced);
                    }
                }
            }
            return null;
        } catch (ChunkServerException.InsufficientSpace | IllegalArgumentException | IllegalStateException e) {
            return e.getClass();
        } catch (IOException e) {
            throw new AssertionError("no file system is asked here", e);
        }
    }

    private static void change(Call call, Reservation chosen, long replaced) {
        switch (call.kind()) {
            case SHRINK -> chosen.shrinkTo(call.bytes());
            case SETTLE -> chosen.settle(replaced);
            case RELEASE_REPLACED -> chosen.releaseReplaced(replaced);
            default -> chosen.forfeit();
        }
    }

    @Provide
    Arbitrary<List<Call>> calls() {
        Arbitrary<Long> bytes = Arbitraries.longs().between(-1, 500);
        // Adopting is for the start of a server and rare.
        Arbitrary<Kind> kinds = Arbitraries.of(
                Kind.RESERVE,
                Kind.RESERVE,
                Kind.RESERVE_FOR_DELETE,
                Kind.RESERVE_FOR_DELETE,
                Kind.RELEASE_REPLACED,
                Kind.SHRINK,
                Kind.SETTLE,
                Kind.SETTLE,
                Kind.FORFEIT,
                Kind.RELEASE,
                Kind.RELEASE,
                Kind.ADOPT);
        return Combinators.combine(kinds, bytes, bytes, Arbitraries.integers())
                .as(Call::new)
                .list()
                .ofMaxSize(30);
    }
}
