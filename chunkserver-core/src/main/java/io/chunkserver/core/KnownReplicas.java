package io.chunkserver.core;

import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** All servers as this one reaches them: itself without a detour, the others as it was told. */
final class KnownReplicas implements Replicas {

    private final ServerId self;
    private final Replicas others;

    /** Set once, right after this server's parts, which need this object, are made. */
    private volatile @Nullable Replica own;

    KnownReplicas(ServerId self, Replicas others) {
        this.self = self;
        this.others = others;
    }

    void own(Replica replica) {
        own = replica;
    }

    @Override
    public Replica peer(Member member) {
        Replica mine = own;
        return mine != null && member.id().equals(self) ? mine : others.peer(member);
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        return others.identify(address);
    }
}
