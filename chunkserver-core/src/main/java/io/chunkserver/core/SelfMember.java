package io.chunkserver.core;

import io.chunkserver.core.model.Member;
import java.util.function.Supplier;

/** This server as a member of chains. Its address becomes known after it has started, when a transport is attached. */
final class SelfMember implements Supplier<Member> {

    private volatile Member member;

    SelfMember(Member member) {
        this.member = member;
    }

    @Override
    public Member get() {
        return member;
    }

    void reachableAt(String address) {
        Member known = member;
        member = new Member(known.id(), address, known.location());
    }
}
