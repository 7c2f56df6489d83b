package altiplano.training.torch;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/// Calls operations that have no method in the presets, by name through libtorch's dispatcher.
final class Dispatch {
  // Made once outside of any scope: a scope would free it under later calls.
  private static final Type.TypePtr TENSOR_TYPE = new Type.TypePtr(TensorType.get());

  static {
    TENSOR_TYPE.retainReference();
  }

  private Dispatch() {}

  static IValue list(List<Tensor> tensors) {
    var list = new GenericList(TENSOR_TYPE);
    for (Tensor tensor : tensors) list.push_back(new IValue(tensor.raw));
    return new IValue(list);
  }

  static void call(String operation, String overload, IValue... arguments) {
    var stack = new IValueVector();
    for (IValue argument : arguments) stack.push_back(argument);
    Dispatcher.singleton().findSchemaOrThrow(operation, overload).callBoxed(stack);
  }
}
