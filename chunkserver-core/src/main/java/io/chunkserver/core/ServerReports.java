package io.chunkserver.core;

import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.OrderFence;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ReportingServer;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.OrderRunner;
import io.chunkserver.core.store.FileChunkStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a server tells its masters about itself. Thread-safe. */
final class ServerReports implements ReportingServer {

    private final ServerIdentity identity;
    private final Volumes volumes;
    private final Supplier<Member> self;
    private final ChunkServerConfig config;
    private final OrderRunner orders;
    private final Supplier<List<TransactionSummary>> transactions;
    private final OrderFence fence;

    ServerReports(
            ServerIdentity identity,
            Volumes volumes,
            Supplier<Member> self,
            ChunkServerConfig config,
            OrderRunner orders,
            Supplier<List<TransactionSummary>> transactions,
            OrderFence fence) {
        this.identity = identity;
        this.volumes = volumes;
        this.self = self;
        this.config = config;
        this.orders = orders;
        this.transactions = transactions;
        this.fence = fence;
    }

    private Incarnation incarnation() {
        return new Incarnation(identity.serverId(), identity.serverUuid(), identity.bootCount());
    }

    @Override
    public Registration registration() {
        return new Registration(
                incarnation(),
                self.get(),
                FileChunkStore.FORMAT_VERSION,
                config.spaceLimitBytes(),
                config.chunkSizeLimitBytes(),
                config.session().heartbeatInterval());
    }

    @Override
    public Heartbeat heartbeat() {
        Condition condition = Totals.condition(volumes.all());
        List<TransactionSummary> open = transactions.get();
        return new Heartbeat(
                incarnation(),
                self.get().location(),
                condition.state(),
                condition.reason(),
                Totals.space(volumes.all()),
                open.size(),
                inDoubt(open),
                orders.open());
    }

    static int inDoubt(List<TransactionSummary> open) {
        return (int) open.stream()
                .filter(summary -> summary.state() == TransactionState.PREPARED)
                .count();
    }

    @Override
    public List<ChunkInfo> list(@Nullable ChunkId after, int limit) {
        return Volumes.list(volumes.reported(), "", after, limit);
    }

    @Override
    public List<OpenTransaction> open() {
        return transactions.get().stream()
                .map(summary -> new OpenTransaction(summary.chunk(), summary.version()))
                .toList();
    }

    @Override
    public CompletionStage<Optional<ChunkInfo>> published(ChunkId chunk) {
        Volume volume = volumes.of(chunk);
        Optional<Failure> hangs = volume.parts().calls().stall();
        if (hangs.isPresent()) {
            // Whoever asked again and again would leave as many questions behind.
            return CompletableFuture.failedFuture(hangs.get().toException());
        }
        return volumes.reported().contains(volume)
                ? volume.participant().published(chunk)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public boolean take(HeartbeatReply reply) {
        if (!fence.admits(reply)) {
            return false;
        }
        orders.take(reply.orders());
        return true;
    }
}
