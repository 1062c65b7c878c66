/* Only the C shim includes the headers of this library; Swift sees the shim alone. */
#pragma once
