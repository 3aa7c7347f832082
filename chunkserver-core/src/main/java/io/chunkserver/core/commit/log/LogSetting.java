package io.chunkserver.core.commit.log;

import java.time.InstantSource;

/**
 * What an open log is given from outside.
 *
 * @param config  its sizes and limits
 * @param clock   tells the age of outcomes
 * @param barrier called before records or outcomes are given up
 */
record LogSetting(TransactionLogConfig config, InstantSource clock, PublicationBarrier barrier) {}
