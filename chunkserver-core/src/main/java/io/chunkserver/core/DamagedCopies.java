package io.chunkserver.core;

import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.scrub.StraySink;
import io.chunkserver.core.store.StrayFile;
import io.chunkserver.core.store.StrayFiles;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes copies out of service that were found damaged, whoever found them: a client's read, another server's copy, or the scrub, which also
 * gives up those that the device refuses to read for good. Each is
 * looked at once more on its chunk's lane before. The store then says that the chunk has changed, by which the masters hear that the copy
 * is gone, and have it made anew.
 *
 * <p>Thread-safe; nothing waits.
 */
final class DamagedCopies implements StraySink {

    /** Those beyond are found again by the next who reads them. */
    private static final int MAX_IN_HAND = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(DamagedCopies.class);

    private final Participant participant;
    private final StrayFiles strayFiles;
    private final LostChunks lost;

    /** Versions that are being looked at; many readers may tell of one. */
    private final Set<ChunkInfo> inHand = ConcurrentHashMap.newKeySet();

    private final AtomicLong takenOut = new AtomicLong();

    DamagedCopies(Participant participant, StrayFiles strayFiles, LostChunks lost) {
        this.participant = participant;
        this.strayFiles = strayFiles;
        this.lost = lost;
    }

    /** How many copies were taken out of service since the start. */
    long takenOut() {
        return takenOut.get();
    }

    void found(ChunkInfo version, Failure why) {
        if (inHand.size() >= MAX_IN_HAND || !inHand.add(version)) {
            return;
        }
        participant.withdraw(version).whenComplete((finding, failure) -> {
            inHand.remove(version);
            if (failure != null) {
                LOG.error(
                        "chunk {} version {} was found damaged and stays in service, since it could not be read again or taken out: {}; {}",
                        version.id(),
                        version.version(),
                        ChunkServerException.from(failure).failure().describe(),
                        why.message());
            } else if (finding.isPresent()) {
                takenOut.incrementAndGet();
                lost.add(version.id(), version.version());
                LOG.error(
                        "chunk {} version {} is {} and out of service, {} is kept as {}: {}",
                        version.id(),
                        version.version(),
                        finding.get().kind().word(),
                        finding.get().file(),
                        finding.get().quarantine(),
                        finding.get().reason());
            } else {
                LOG.warn(
                        "chunk {} version {} was damaged when it was read, and is sound when it is read again or was replaced meanwhile: {}",
                        version.id(),
                        version.version(),
                        why.message());
            }
        });
    }

    @Override
    public void found(StrayFile stray) {
        try {
            strayFiles
                    .setAside(stray)
                    .ifPresent(finding -> LOG.warn("{}; it is kept as {}", stray.reason(), finding.quarantine()));
        } catch (IOException e) {
            LOG.warn("{}; it could not be set aside", stray.reason(), e);
        }
    }
}
