package io.chunkserver.runner.file;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers in turn until one answers; stays with the one that did. Used by one thread.
 *
 * <p>A failure of a server is a reason to ask the next. When all have failed, the first failure that says more than "not
 * found" gives the code, since a server that could not answer may have what was looked for.
 */
public final class Failover implements ChunkReaders {

    private static final Logger logger = LoggerFactory.getLogger(Failover.class);

    private final List<ServerAddress> servers;
    private final Set<ServerAddress> silent;
    private int current;

    /** Servers of which at least one is given; the first is asked first. */
    public Failover(List<ServerAddress> servers) {
        this(servers, new HashSet<>());
    }

    /**
     * Servers of which those are asked last that did not answer lately: to find that out takes seconds each time.
     *
     * @param silent those that did not answer; kept up to date here
     */
    Failover(List<ServerAddress> servers, Set<ServerAddress> silent) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server is given");
        }
        this.servers =
                servers.stream().sorted(Comparator.comparing(silent::contains)).toList();
        this.silent = silent;
    }

    /** Asks the servers, whatever the chunk. */
    @Override
    public <T> T read(ChunkId chunk, Question<T> question) throws IOException {
        return first(question);
    }

    /**
     * The first answer.
     *
     * @throws ChunkServerException when every server failed, and names each of them; or when one found the range past the chunk's end
     * @throws IOException when the question failed for a reason of its own, such as a full local disk
     */
    public <T> T first(Question<T> question) throws IOException {
        List<ChunkServerException> failures = new ArrayList<>();
        for (int tried = 0; tried < servers.size(); tried++) {
            ServerAddress server = servers.get(current);
            try {
                T answer = question.ask(server);
                silent.remove(server);
                return answer;
            } catch (ChunkServerException e) {
                if (isFinal(e)) {
                    throw e;
                }
                failures.add(e);
                if (e.code() == ErrorCode.UNREACHABLE || e.code() == ErrorCode.TIMEOUT) {
                    silent.add(server);
                }
                current = (current + 1) % servers.size();
                if (isNotThere(e)) {
                    logger.debug("server {} does not have it: {}", server, e.getMessage());
                } else if (tried < servers.size() - 1) {
                    logger.warn("server {} failed, trying {}: {}", server, servers.get(current), e.getMessage());
                }
            }
        }
        throw together(failures);
    }

    /** Whether nobody else needs to be asked. */
    static boolean isFinal(ChunkServerException failure) {
        return failure.code() == ErrorCode.RANGE_NOT_SATISFIABLE;
    }

    /** One failure that names all of these, at least one, and has the code of the first that says more than that something is not there. */
    public static ChunkServerException together(List<ChunkServerException> failures) {
        if (failures.size() == 1) {
            return failures.get(0);
        }
        ChunkServerException leading = failures.stream()
                .filter(failure -> !isNotThere(failure))
                .findFirst()
                .orElse(failures.get(0));
        String message = failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
        String all = isNotThere(leading) ? "no server has it: " : "no server answered: ";
        return Failure.of(leading.code(), all + message).toException(leading);
    }

    /** An answer like any other: the server is well, and what was looked for is not there. */
    private static boolean isNotThere(ChunkServerException failure) {
        return failure.code().exitCode() == ErrorCode.CHUNK_NOT_FOUND.exitCode();
    }
}
