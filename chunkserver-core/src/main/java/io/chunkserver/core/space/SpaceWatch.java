package io.chunkserver.core.space;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the space of a server, or of one of its disks, with its thresholds, and tells once of each threshold that is crossed, in the log
 * and to listeners.
 *
 * <p>A disk is as full as the limit, which counts what all disks use that share it, or as its own file system, whichever is fuller. Where
 * several disks share a limit each has a watch, and each tells when the limit is crossed.
 *
 * <p>It looks whenever somebody asks what to refuse, at what is known without waiting for the disk; and with each {@link #runOnce} it asks
 * the disk. So a server that was read-only takes chunks again as soon as its own deletes have made room, and soon when others have.
 *
 * <p><b>Threads.</b> Safe for many. Listeners are called on the thread that looked, under no lock; they must not wait. Two changes at the
 * same moment may be told in either order, each with the space that was found.
 */
public final class SpaceWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);

    private final SpaceLimit limit;
    private final SpaceAccountant accountant;
    private final SpaceThresholds thresholds;
    private final List<Consumer<SpaceAlert>> listeners = new CopyOnWriteArrayList<>();

    @GuardedBy("this")
    private SpaceLevel fileSystemLevel = SpaceLevel.NORMAL;

    @GuardedBy("this")
    private SpaceLevel level = SpaceLevel.NORMAL;

    /**
     * @param limit that of the accountant
     */
    public SpaceWatch(SpaceLimit limit, SpaceAccountant accountant, SpaceThresholds thresholds) {
        this.limit = limit;
        this.accountant = accountant;
        this.thresholds = thresholds;
    }

    /** Has this hear of every change of the level from now on. */
    public void listen(Consumer<SpaceAlert> listener) {
        listeners.add(listener);
    }

    /** What a look at the space found. */
    public record Sight(SpaceLevel level, SpaceSnapshot space) {}

    /** Asks the file system how much room it has, and looks; waits for the disk. */
    public Sight runOnce() {
        return look(accountant.refresh());
    }

    /** Looks at what is known without waiting. */
    public Sight sight() {
        return look(accountant.snapshot());
    }

    private Sight look(SpaceSnapshot space) {
        SpaceLevel ofLimit = limit.level(thresholds, space.limitPercent());
        SpaceLevel before;
        SpaceLevel found;
        synchronized (this) {
            before = level;
            fileSystemLevel = thresholds.level(space.fileSystemPercent(), fileSystemLevel);
            found = ofLimit.compareTo(fileSystemLevel) > 0 ? ofLimit : fileSystemLevel;
            level = found;
        }
        if (found != before) {
            log(before, found, space);
            SpaceAlert alert = new SpaceAlert(before, found, space);
            listeners.forEach(listener -> listener.accept(alert));
        }
        return new Sight(found, space);
    }

    private void log(SpaceLevel before, SpaceLevel now, SpaceSnapshot space) {
        String numbers = describe(space);
        if (now.compareTo(SpaceLevel.READ_ONLY) >= 0) {
            LOG.error("space is {} now, was {}: {}", now.word(), before.word(), numbers);
        } else if (now == SpaceLevel.WARN) {
            LOG.warn("space is {} now, was {}: {}", now.word(), before.word(), numbers);
        } else {
            LOG.info("space is {} now, was {}: {}", now.word(), before.word(), numbers);
        }
    }

    /**
     * Why no new version of these bytes is taken; empty when it is, or when the accountant is to say so.
     *
     * @param copy whether it is a copy that a master ordered
     */
    public Optional<Failure> refusal(long lengthBytes, boolean copy) {
        Sight sight = sight();
        SpaceLevel refusing = copy ? SpaceLevel.CRITICAL : SpaceLevel.READ_ONLY;
        if (sight.level().compareTo(refusing) < 0) {
            return Optional.empty();
        }
        SpaceSnapshot space = sight.space();
        if (lengthBytes > space.availableBytes()) {
            // It would not fit either way, and this says what to look for.
            return Optional.of(Failure.insufficientSpace(lengthBytes, space.availableBytes()));
        }
        return Optional.of(new Failure(
                ErrorCode.READ_ONLY,
                reason(sight),
                "delete chunks, raise the space limit or store on another server",
                null,
                null,
                space.availableBytes()));
    }

    /** Why a server with this space takes nothing new, in words. */
    public String reason(Sight sight) {
        return describe(sight.space()) + "; new chunks are taken again below "
                + thresholds.endPercent(SpaceLevel.READ_ONLY) + " %";
    }

    private static String describe(SpaceSnapshot space) {
        return String.format(
                Locale.ROOT,
                "%.1f %% of its space is in use: %d bytes used, %d reserved, %d available, the limit is %d%s, the file system "
                        + "has %d free",
                space.usedPercent(),
                space.usedBytes(),
                space.reservedBytes(),
                space.availableBytes(),
                space.limitBytes(),
                space.limitUsedBytes() == space.usedBytes()
                        ? ""
                        : ", of which all directories use " + space.limitUsedBytes(),
                space.freeBytes());
    }
}
