package io.chunkserver.core.commit;

import io.chunkserver.core.testkit.StateExplorer;
import java.util.Optional;

/** The protocol, of which somebody wants to see something in another way. */
abstract class ProtocolView implements StateExplorer.Model<ProtocolState> {

    private final ProtocolModel model;

    ProtocolView(ProtocolModel model) {
        this.model = model;
    }

    @Override
    public ProtocolState initial() {
        return model.initial();
    }

    @Override
    public void steps(ProtocolState state, StateExplorer.Step<ProtocolState> step) {
        model.steps(state, step);
    }

    @Override
    public long fingerprint(ProtocolState state) {
        return model.fingerprint(state);
    }

    @Override
    public Optional<String> brokenIn(ProtocolState state) {
        return model.brokenIn(state);
    }

    @Override
    public Optional<ProtocolState> calm(ProtocolState state) {
        return model.calm(state);
    }

    @Override
    public Optional<String> leftOverIn(ProtocolState quiet) {
        return model.leftOverIn(quiet);
    }
}
