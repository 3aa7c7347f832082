package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.replication.UnreachableReplica;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How a server reaches the others over a transport. Give it to {@code ChunkServerBuilder.replicas}, and close it after the server.
 *
 * <p>Who answers is checked: a server that has come to the address of another is not taken for it.
 *
 * <p><b>Threads.</b> Safe for many threads; no method blocks. One thread of its own, for timeouts. The transport is not closed.
 */
public final class RemoteReplicas implements Replicas, AutoCloseable {

    private final ReplicasConfig config;
    private final Timers timers;
    private final ConnectionPool pool;
    private final Identities identities;

    public RemoteReplicas(Transport transport, ReplicasConfig config) {
        this.config = config;
        this.timers = Timers.start("chunkserver-replicas-timer");
        this.pool = new ConnectionPool(transport, PeerRole.SERVER, config.connectTimeout(), config.pool(), timers);
        this.identities = new Identities(config.identityLifetime());
    }

    @Override
    public Replica peer(Member member) {
        try {
            return new RemoteReplica(member, pool, timers, identities, config.messageTimeout());
        } catch (IllegalArgumentException e) {
            return new UnreachableReplica(
                    member,
                    Failure.of(ErrorCode.UNREACHABLE, "server " + member + " cannot be reached: " + e.getMessage())
                            .at(member.id()));
        }
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        ServerAddress parsed;
        try {
            parsed = ServerAddress.parse(address);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(ChunkServerException.from(e));
        }
        return identities
                .known(parsed)
                .<CompletionStage<Member>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> ask(parsed));
    }

    private CompletionStage<Member> ask(ServerAddress address) {
        return pool.take(address, config.connectTimeout()).thenCompose(connection -> {
            ServerHello hello = connection.hello();
            pool.idle(connection);
            if (hello.role() != ServerRole.SERVER) {
                return CompletableFuture.failedFuture(
                        Target.wrongRole(address, hello).toException());
            }
            identities.remember(address, hello.member());
            return CompletableFuture.completedFuture(hello.member());
        });
    }

    @Override
    public void close() {
        pool.close();
        timers.close();
    }
}
