package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.core.scrub.Scrubber;
import io.chunkserver.core.store.FileChunkStore;

/** What keeps a server's copies right: the scrub, and what becomes of the damage that it or a reader finds. Thread-safe; nothing waits. */
final class Integrity {

    private final DamagedCopies damaged;
    private final Scrubber scrubber;
    private final ScrubSchedule schedule;

    private Integrity(DamagedCopies damaged, Scrubber scrubber, ScrubSchedule schedule) {
        this.damaged = damaged;
        this.scrubber = scrubber;
        this.schedule = schedule;
    }

    /** Looks after the store from now on. */
    static Integrity begin(
            OpenParts parts, FileChunkStore store, LostChunks lost, ScrubConfig config, Environment environment) {
        DamagedCopies damaged = new DamagedCopies(parts.participant(), store.strayFiles(), lost);
        parts.changes().listenToDamage(damaged::found);
        Scrubber scrubber = new Scrubber(
                store, damaged, config, environment.clock(), parts.directory().disk(), DataDirectory.INDEX);
        parts.changes().listenToUnreadable(scrubber::unreadable);
        return new Integrity(
                damaged, scrubber, new ScrubSchedule(scrubber, store.quarantineUpkeep(), config, environment).begin());
    }

    /** Begins a cycle of the scrub now; false when one is under way. */
    boolean startScrub() {
        return schedule.start();
    }

    ScrubStatus scrub() {
        return scrubber.status();
    }

    /** Copies that were taken out of service since the start. */
    long takenOut() {
        return damaged.takenOut();
    }

    /** Begins nothing more. */
    void stop() {
        schedule.close();
    }

    /** Remembers how far the scrub has got, when nothing that was begun is under way any more. */
    void close() {
        scrubber.close();
    }
}
