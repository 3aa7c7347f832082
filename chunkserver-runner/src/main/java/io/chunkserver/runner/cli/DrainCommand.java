package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.protocol.ServerStatus;
import io.chunkserver.transport.zookeeper.ServerRegistration;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drain}: a server takes no new chunks, and perhaps its masters have copied what it has. */
@Command(
        name = "drain",
        description = {
            "Have a running server take no new chunks and delete none, also after a restart, until resume.",
            "It goes on serving reads, and its master has its chunks copied to other servers.",
            "With --wait: return when no chunk needs the server any more, so that it can be stopped for good.",
            "With --directory: the chunks in one of its data directories are moved to its others, and nothing new is put there."
        })
final class DrainCommand implements Callable<Integer> {

    private static final long LOOK_EVERY_MILLIS = 1000;

    /** A change is reported a moment after it happens: what a master says once it says again. */
    private static final int SURE_AFTER_LOOKS = 2;

    private final Console console;
    private final Clients clients;
    private final DrainNotes notes;

    @Mixin
    private final SingleServerOptions options = new SingleServerOptions();

    @Option(
            names = "--directory",
            paramLabel = "ID",
            description =
                    "A data directory of the server, by its id, which its status tells; without it the whole server.")
    private @Nullable UUID directory;

    @Option(
            names = "--wait",
            description = "Wait until a master says that no chunk needs the server, or until the directory is empty.")
    private boolean wait;

    DrainCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
        this.notes = new DrainNotes(console);
    }

    @Override
    public Integer call() throws ConfigException, IOException, InterruptedException {
        try (OpenClient open = clients.open()) {
            ServerAddress server = options.address(open);
            if (directory != null) {
                ServerStatus begun = open.client().emptyDirectory(server, directory, true);
                console.answer(StatusAnswer.of(wait ? awaitEmpty(open, server, directory, begun) : begun));
            } else {
                console.answer(StatusAnswer.of(
                        wait ? drainAndWait(open, server) : open.client().drain(server)));
            }
        }
        return ExitCodes.OK;
    }

    private ServerStatus awaitEmpty(OpenClient open, ServerAddress server, UUID directory, ServerStatus begun)
            throws IOException, InterruptedException {
        // Nothing ever counts the latch down: only the time passes, or a signal ends the process.
        CountDownLatch never = new CountDownLatch(1);
        ServerStatus status = begun;
        while (true) {
            ServerStatus.Directory emptied = status.directories().stream()
                    .filter(known -> known.uuid().equals(directory))
                    .findFirst()
                    .orElseThrow(() -> notEmptied(directory, "is not the server's any more"));
            if (!isDraining(emptied.state())) {
                throw notEmptied(
                        directory, "is not emptied any more: it is " + emptied.state() + " " + emptied.reason());
            }
            if (emptied.left() == 0) {
                return status;
            }
            notes.left(emptied, status.directories());
            var unused = never.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            status = open.client().status(server);
        }
    }

    private static ChunkServerException notEmptied(UUID directory, String why) {
        return Failure.of(ErrorCode.CANCELLED, "data directory " + directory + " " + why)
                .withHint("see how it is with: status")
                .toException();
    }

    private static boolean isDraining(String state) {
        return state.equals(ServerState.DRAINING.name().toLowerCase(Locale.ROOT));
    }

    /** Where nobody can tell when the server is not needed any more, nothing is begun. */
    private ServerStatus drainAndWait(OpenClient open, ServerAddress server) throws IOException, InterruptedException {
        MasterChoice masters = options.masters().isEmpty()
                ? new MasterChoice(mastersOf(open.client().status(server)), null)
                : options.masters();
        return awaitUnneeded(open, server, open.master(masters), open.client().drain(server));
    }

    private ServerStatus awaitUnneeded(OpenClient open, ServerAddress server, MasterClient masters, ServerStatus begun)
            throws IOException, InterruptedException {
        // Nothing ever counts the latch down: only the time passes, or a signal ends the process.
        CountDownLatch never = new CountDownLatch(1);
        ServerStatus status = begun;
        int free = 0;
        while (free < SURE_AFTER_LOOKS) {
            free = isUnneeded(masters, status) ? free + 1 : 0;
            var unused = never.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            status = open.client().status(server);
            checkDraining(status);
        }
        return status;
    }

    private List<ServerAddress> mastersOf(ServerStatus status) throws ChunkServerException {
        List<ServerAddress> masters = status.masters().stream()
                .map(MasterConnection::address)
                .filter(address -> !address.startsWith(ServerRegistration.REGISTRY))
                .map(ServerAddress::parse)
                .toList();
        if (masters.isEmpty()) {
            throw Failure.of(
                            ErrorCode.INVALID_ARGUMENT,
                            "server " + status.serverId() + " has no master that copies its chunks, and "
                                    + (isDraining(status.state()) ? "is drained already" : "was not drained"))
                    .withHint("leave out --wait, or start the server with a master")
                    .toException();
        }
        return masters;
    }

    private boolean isUnneeded(MasterClient masters, ServerStatus status) throws IOException {
        if (status.openTransactions() > 0) {
            notes.inFlight(status.serverId(), status.openTransactions());
            return false;
        }
        try {
            long needed = masters.needed(status.serverId());
            if (needed == 0) {
                return true;
            }
            notes.needed(status.serverId(), needed, masters.status());
            return false;
        } catch (ChunkServerException e) {
            if (!e.code().retryable()) {
                throw e;
            }
            notes.note(e.failure().describe());
            return false;
        }
    }

    private void checkDraining(ServerStatus status) throws ChunkServerException {
        if (!isDraining(status.state())) {
            throw Failure.of(
                            ErrorCode.CANCELLED,
                            "server " + status.serverId() + " is not drained any more: it is " + status.state())
                    .withHint("somebody may have had it resume")
                    .toException();
        }
    }
}
