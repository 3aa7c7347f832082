package io.chunkserver.transport.server;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;

/** A request that carries no bytes and is answered with one frame; nobody can stop it. */
final class ReplyOnly implements Exchange {

    @Override
    public void data(Frame frame) {
        frame.release().run();
    }

    @Override
    public void end(Frame frame) {
        // There were no blocks.
    }

    @Override
    public void cancel(Failure why) {
        // The answer is on its way.
    }
}
