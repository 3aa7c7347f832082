package io.chunkserver.runner.cli;

import io.chunkserver.runner.server.RunningMaster;

/** What a master says when it is ready. Scripts wait for this line. */
final class MasterAnswer {

    private MasterAnswer() {}

    static Answer of(RunningMaster master, int replication) {
        return new Answer(
                "master listening on " + master.address() + ", chunks are to have " + Quantity.copies(replication),
                JsonLine.answer("chunkserver.master/1")
                        .with("address", master.address())
                        .with("port", master.address().port())
                        .with("replication", replication));
    }
}
