package io.chunkserver.runner.file;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.MasterClient;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that a master names.
 *
 * <p>A store that a server refused or that did not reach it is tried on the servers that the master names without it, and one whose
 * servers know that the master was replaced on those that are named then; one whose
 * outcome is unknown is not, for it may have been done. A read whose servers all failed is tried once more with what the master
 * knows then: they may have been replaced meanwhile. A server that does not answer is asked last for the chunks after that.
 *
 * <p>Used by one thread.
 */
public final class PlacedServers implements ChunkWriters {

    private static final Logger logger = LoggerFactory.getLogger(PlacedServers.class);

    /** How often the servers of a chunk are asked for before its failure is told. */
    private static final int MAX_PLACEMENTS = 3;

    private static final int MAX_LOCATIONS = 2;

    private final MasterClient master;
    private final int copies;
    private final @Nullable Location near;
    private final @Nullable Durability durability;
    private final Duration timeout;

    /** Servers that did not answer lately; at most as many as the master names. */
    private final Set<ServerAddress> silent = new HashSet<>();

    /**
     * Servers as this master names them.
     *
     * @param copies     on how many servers a new chunk is stored; 0 for as many as the master is configured for
     * @param near       where the caller stands, so that the nearest copy is read and a new chunk is stored near; null for anywhere
     * @param durability null for what the primary is configured to
     * @param timeout    for each chunk
     */
    public PlacedServers(
            MasterClient master,
            int copies,
            @Nullable Location near,
            @Nullable Durability durability,
            Duration timeout) {
        this.master = master;
        this.copies = copies;
        this.near = near;
        this.durability = durability;
        this.timeout = timeout;
    }

    @Override
    public <T> T write(ChunkId chunk, long maxLengthBytes, Change<T> change) throws IOException {
        Set<ServerId> excluded = new HashSet<>();
        for (int tried = 1; ; tried++) {
            ChunkCopies place =
                    master.place(new PlacementRequest(chunk, maxLengthBytes, copies, near, excluded), timeout);
            List<Member> members = place.members();
            if (tried == 1 && copies > 0 && members.size() != copies) {
                logger.warn(
                        "chunk {} is there already and stays on its {} servers: {} copies are made of new chunks only",
                        chunk,
                        members.size(),
                        copies);
            }
            try {
                return change.apply(target(place));
            } catch (ChunkServerException.Unavailable | ChunkServerException.InsufficientSpace e) {
                ServerId culprit = culprit(e.failure(), members);
                if (tried == MAX_PLACEMENTS || !excluded.add(culprit)) {
                    throw e;
                }
                logger.warn("chunk {} is placed without server {}: {}", chunk, culprit, e.getMessage());
            } catch (ChunkServerException.Conflict e) {
                if (e.code() != ErrorCode.STALE_EPOCH || tried == MAX_PLACEMENTS) {
                    throw e;
                }
                logger.warn("asking the master again where chunk {} goes: {}", chunk, e.getMessage());
            }
        }
    }

    /**
     * The member to do without. A primary that does not reach another one knows no more of it than its address, and names itself as the
     * server that failed: without it the next try would meet the same dead server.
     */
    static ServerId culprit(Failure failure, List<Member> members) {
        return members.stream()
                .skip(1)
                .filter(member -> failure.code() == ErrorCode.UNREACHABLE
                        && Pattern.compile(Pattern.quote(member.address()) + "(?!\\d)")
                                .matcher(failure.message())
                                .find())
                .map(Member::id)
                .findFirst()
                .or(failure::server)
                .orElse(members.get(0).id());
    }

    private StoreTarget target(ChunkCopies place) {
        List<ServerAddress> addresses = addresses(place.members());
        // An older primary has its master choose where no others are named, and without a number as many as that is
        // configured for.
        @Nullable Integer alone = addresses.size() == 1 ? 1 : null;
        return new StoreTarget(
                addresses.get(0),
                addresses.subList(1, addresses.size()),
                alone,
                durability,
                timeout,
                true,
                place.epoch());
    }

    @Override
    public <T> T read(ChunkId chunk, Question<T> question) throws IOException {
        for (int tried = 1; ; tried++) {
            ChunkCopies located = master.locate(chunk, near);
            try {
                return new Failover(addresses(located.members()), silent).first(question);
            } catch (ChunkServerException e) {
                if (tried == MAX_LOCATIONS || Failover.isFinal(e)) {
                    throw e;
                }
                logger.warn("asking the master again who has chunk {}: {}", chunk, e.getMessage());
            }
        }
    }

    private static List<ServerAddress> addresses(List<Member> members) {
        return members.stream()
                .map(member -> ServerAddress.parse(member.address()))
                .toList();
    }
}
