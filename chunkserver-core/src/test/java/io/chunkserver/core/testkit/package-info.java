/**
 * What tests of this software are made of, published so that users can test their own implementations with it:
 * contracts to inherit from, a simulated disk, and generators of values for jqwik.
 *
 * <p>A contract is an abstract JUnit suite. To run it, extend it and say how the thing under test is opened; every test
 * is named after the promise that it checks.
 */
package io.chunkserver.core.testkit;
