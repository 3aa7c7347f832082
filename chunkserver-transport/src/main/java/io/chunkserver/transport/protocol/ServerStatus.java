package io.chunkserver.transport.protocol;

import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * How a server is, at one moment.
 *
 * @param serverId            its name
 * @param uuid                tells it from every other server, also from another of its name
 * @param address             where others reach it
 * @param location            where it stands
 * @param state               one word; a later version may add words
 * @param reason              why it is in this state, or empty
 * @param version             the version of its software
 * @param chunks              chunks that it has, tombstones not counted
 * @param tombstones          chunks that it knows to be deleted
 * @param space               its space
 * @param openTransactions    transactions that are not over
 * @param inDoubt             those of them whose outcome it does not know
 * @param uptime              since it was started, in whole milliseconds
 * @param chunkSizeLimitBytes the longest chunk that it takes
 * @param durability          what it guarantees unless a store says otherwise
 * @param lastChain           the members of the last chain that it was the primary of; empty before the first
 * @param masters             how it stands with its masters; empty when it has none
 * @param takenOut            copies that it has found damaged and taken out of service since it was started
 * @param lostChunks          chunks that it should have and has not
 * @param scrub               how far the examination of all its chunks has got
 * @param directories         its data directories; empty when it has one
 */
public record ServerStatus(
        ServerId serverId,
        UUID uuid,
        ServerAddress address,
        Location location,
        String state,
        String reason,
        String version,
        long chunks,
        long tombstones,
        Space space,
        long openTransactions,
        long inDoubt,
        Duration uptime,
        long chunkSizeLimitBytes,
        Durability durability,
        List<ServerId> lastChain,
        List<MasterConnection> masters,
        long takenOut,
        long lostChunks,
        ScrubStatus scrub,
        List<Directory> directories) {

    public ServerStatus {
        Limits.checkWord("state", state);
        Limits.checkWord("version", version);
        lastChain = List.copyOf(lastChain);
        masters = List.copyOf(masters);
        directories = List.copyOf(directories);
    }

    /**
     * A server's space, in bytes.
     *
     * @param limitBytes     what the operator allows
     * @param usedBytes      what chunks take on disk
     * @param reservedBytes  what is promised to open transactions
     * @param freeBytes      what the file system would still take
     * @param availableBytes what a new chunk can have at most
     * @param level          one word that says how full it is; a later version may add words
     * @param driftBytes     by how much the server's books and its disk differ, which is a defect; else 0
     */
    public record Space(
            long limitBytes,
            long usedBytes,
            long reservedBytes,
            long freeBytes,
            long availableBytes,
            String level,
            long driftBytes) {

        public Space {
            Limits.checkWord("level", level);
        }
    }

    /**
     * One data directory of several.
     *
     * @param uuid       its own id
     * @param path       where it is, on the server's machine
     * @param state      one word; a later version may add words
     * @param reason     why it is in this state or slow, or empty
     * @param chunks     chunks in it, tombstones not counted
     * @param tombstones chunks that it knows to be deleted
     * @param pending    transactions that are not over there, and chunks that are missed there and nowhere else
     * @param slow       its disk is far slower than those of the others, as {@code reason} says
     * @param space      its space; the limit is that of all together
     */
    public record Directory(
            UUID uuid,
            String path,
            String state,
            String reason,
            long chunks,
            long tombstones,
            long pending,
            boolean slow,
            Space space) {

        public Directory {
            Limits.checkWord("state", state);
        }

        /** What keeps it from being left out: chunks, tombstones and what is pending. */
        public long left() {
            return chunks + tombstones + pending;
        }
    }
}
