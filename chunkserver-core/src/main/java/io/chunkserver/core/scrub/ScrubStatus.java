package io.chunkserver.core.scrub;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a scrub has got.
 *
 * @param running     whether a cycle is under way
 * @param chunks      chunks that were examined in this cycle, or in the last one when none is under way
 * @param totalChunks chunks and tombstones there are, and no fewer than were examined
 * @param bytes       what was read of this cycle
 * @param totalBytes  what all take on disk; likewise
 * @param damaged     chunks that were found damaged in this cycle
 * @param unreadable  chunks that the disk did not give in this cycle, which is no damage
 * @param strays      files that the index does not know, found in this cycle
 * @param started     when this cycle or the last one began; empty before the first
 * @param ended       when the last complete cycle ended; empty before the first
 * @param left        how long this cycle will take from now on, at the speed that it had; empty when none is under way
 */
public record ScrubStatus(
        boolean running,
        long chunks,
        long totalChunks,
        long bytes,
        long totalBytes,
        long damaged,
        long unreadable,
        long strays,
        Optional<Instant> started,
        Optional<Instant> ended,
        Optional<Duration> left) {}
