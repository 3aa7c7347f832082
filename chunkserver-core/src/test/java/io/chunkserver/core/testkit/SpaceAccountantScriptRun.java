package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.testkit.SpaceAccountantScript.Adopt;
import io.chunkserver.core.testkit.SpaceAccountantScript.Forfeit;
import io.chunkserver.core.testkit.SpaceAccountantScript.Release;
import io.chunkserver.core.testkit.SpaceAccountantScript.ReleaseReplaced;
import io.chunkserver.core.testkit.SpaceAccountantScript.Reserve;
import io.chunkserver.core.testkit.SpaceAccountantScript.ReserveForDelete;
import io.chunkserver.core.testkit.SpaceAccountantScript.Settle;
import io.chunkserver.core.testkit.SpaceAccountantScript.ShrinkTo;
import io.chunkserver.core.testkit.SpaceAccountantScript.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Performs the steps of a {@link SpaceAccountantScript} on an accountant and on a model, and compares the two. */
final class SpaceAccountantScriptRun {

    /** A reservation of the accountant, and the one that the model made at the same time. */
    private static final class Pair {

        private final Reservation real;
        private final Reservation model;

        /** What its settling has to release, as was said when it was made: the limit rests on that. */
        private long replacedBytes;

        Pair(Reservation real, Reservation model, long replacedBytes) {
            this.real = real;
            this.model = model;
            this.replacedBytes = replacedBytes;
        }
    }

    private interface Making {
        Reservation make(SpaceAccountant accountant) throws IOException;
    }

    private interface Change {
        void change(Reservation reservation);
    }

    private interface Call {
        void call() throws IOException;
    }

    private final SpaceAccountant accountant;
    private final SpaceAccountant model;
    private final List<Pair> reservations = new ArrayList<>();

    /** Whether the limit was passed by what was there at the beginning or was adopted, which is not refused. */
    private boolean beyondLimit;

    SpaceAccountantScriptRun(SpaceAccountant accountant, SpaceAccountant model) {
        this.accountant = accountant;
        this.model = model;
        SpaceSnapshot beginning = model.snapshot();
        beyondLimit = beginning.usedBytes() > beginning.limitBytes();
    }

    void perform(Step step) {
        if (step instanceof Reserve reserve) {
            make(any -> any.reserve(reserve.bytes()), 0);
        } else if (step instanceof ReserveForDelete reserve) {
            make(any -> any.reserveForDelete(reserve.bytes(), reserve.replacedBytes()), reserve.replacedBytes());
        } else if (step instanceof Adopt adopt) {
            beyondLimit = true;
            make(any -> any.adopt(adopt.bytes()), 0);
        } else if (step instanceof Release release) {
            both(() -> accountant.release(release.bytes()), () -> model.release(release.bytes()));
        } else if (step instanceof ShrinkTo shrink) {
            chosen(shrink.which()).ifPresent(pair -> change(pair, reservation -> reservation.shrinkTo(shrink.bytes())));
        } else if (step instanceof Settle settle) {
            chosen(settle.which())
                    .ifPresent(pair -> change(pair, reservation -> reservation.settle(pair.replacedBytes)));
        } else if (step instanceof ReleaseReplaced release) {
            chosen(release.which()).ifPresent(this::releaseReplaced);
        } else if (step instanceof Forfeit forfeit) {
            chosen(forfeit.which()).ifPresent(pair -> change(pair, Reservation::forfeit));
        }
    }

    private Optional<Pair> chosen(int which) {
        return reservations.isEmpty() ? Optional.empty() : Optional.of(reservations.get(which % reservations.size()));
    }

    private void make(Making making, long replacedBytes) {
        List<Reservation> made = new ArrayList<>();
        if (both(() -> made.add(making.make(accountant)), () -> made.add(making.make(model)))) {
            reservations.add(new Pair(made.get(0), made.get(1), replacedBytes));
        }
    }

    private boolean change(Pair pair, Change change) {
        return both(() -> change.change(pair.real), () -> change.change(pair.model));
    }

    private void releaseReplaced(Pair pair) {
        if (change(pair, reservation -> reservation.releaseReplaced(pair.replacedBytes))) {
            pair.replacedBytes = 0;
        }
    }

    /** Both succeed, or both fail in the same way; says which. */
    private static boolean both(Call real, Call model) {
        Optional<Class<?>> seen = failure(real);
        Optional<Class<?>> expected = failure(model);
        assertThat(seen).as("what the call is refused with").isEqualTo(expected);
        return expected.isEmpty();
    }

    private static Optional<Class<?>> failure(Call call) {
        try {
            call.call();
            return Optional.empty();
        } catch (ChunkServerException.InsufficientSpace | IllegalArgumentException | IllegalStateException e) {
            return Optional.of(e.getClass());
        } catch (IOException e) {
            throw new AssertionError("the file system has room for everything", e);
        }
    }

    void compare() throws IOException {
        SpaceSnapshot snapshot = accountant.snapshot();
        SpaceSnapshot expected = model.snapshot();
        assertThat(snapshot.usedBytes()).as("used bytes").isEqualTo(expected.usedBytes());
        assertThat(snapshot.reservedBytes()).as("reserved bytes").isEqualTo(expected.reservedBytes());
        assertThat(snapshot.availableBytes()).as("available bytes").isEqualTo(expected.availableBytes());
        for (int i = 0; i < reservations.size(); i++) {
            Pair pair = reservations.get(i);
            assertThat(pair.real.bytes()).as("bytes of reservation %d", i).isEqualTo(pair.model.bytes());
        }
        if (!beyondLimit) {
            assertThat(snapshot.usedBytes() + snapshot.reservedBytes())
                    .as("used and reserved bytes")
                    .isLessThanOrEqualTo(snapshot.limitBytes());
        }
    }

    /** Nothing stays reserved when all reservations are closed. */
    void close() {
        reservations.forEach(pair -> pair.real.close());
        assertThat(accountant.snapshot().reservedBytes())
                .as("reserved bytes when all reservations are closed")
                .isZero();
    }
}
